"""One undo step a command. A block ends with the callback that began it: TouchDesigner sees to that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from . import compat


@contextmanager
def undo_block(label: str, *, live: bool = False) -> Iterator[None]:
    """What is changed inside is one undo step, or, where it fails, is taken back. Values of a link leave no step."""
    history = compat.undo()
    if history is None:
        yield
        return
    before = len(compat.undo_names())
    history.startBlock(label, enable=not live)
    try:
        if not live:
            # a block in which nothing changed leaves no step, and taking it back would take another one
            history.addCallback(_nothing, None)
        yield
    except BaseException:
        history.endBlock()
        if not live and len(compat.undo_names()) > before:
            history.undo()
        raise
    history.endBlock()


def _nothing(is_undo: bool, info: object) -> None:
    """What TouchDesigner calls when it goes back or forth over a step."""


@contextmanager
def unrecorded() -> Iterator[None]:
    """What is changed inside leaves no undo step: for what is only needed for a moment."""
    history = compat.undo()
    if history is None:
        yield
        return
    history.startBlock("Patchbay", enable=False)
    try:
        yield
    finally:
        history.endBlock()


def step_back(steps: int) -> int:
    """How many steps were taken back: the history may be shorter, and says so by its own length."""
    return _walk(steps, forward=False)


def step_forward(steps: int) -> int:
    return _walk(steps, forward=True)


def _walk(steps: int, *, forward: bool) -> int:
    history = compat.undo()
    names = compat.redo_names if forward else compat.undo_names
    taken = 0
    while history is not None and taken < steps:
        before = len(names())
        if before == 0:
            break
        if forward:
            history.redo()
        else:
            history.undo()
        if len(names()) >= before:
            break
        taken += 1
    return taken
