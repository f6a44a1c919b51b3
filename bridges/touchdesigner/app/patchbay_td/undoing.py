"""One undo step a command. A block ends with the callback that began it: TouchDesigner sees to that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from . import compat

_WHY_NOT_BACK = "something else lies on top of TouchDesigner's history"
_WHY_NOT_AGAIN = "something else happened after it was taken back"


@dataclass(eq=False)
class Step:
    """What one command has left in the history."""

    id: str
    label: str


class Steps:
    """The commands' own steps in TouchDesigner's history, which tells names only, and when a step is walked over."""

    def __init__(self) -> None:
        # the topmost last
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def left(self, step: Step, before: list[str]) -> None:
        """A block has ended; one that the history did not take is nothing that could be taken back."""
        names = compat.undo_names()
        if names[:1] == [step.label] and names != before:
            self._done.append(step)
            self._undone.clear()

    def walked(self, is_undo: bool, step: object) -> None:
        """What TouchDesigner calls when it goes back or forth over a step, whoever asked it to."""
        source, target = (self._done, self._undone) if is_undo else (self._undone, self._done)
        if isinstance(step, Step) and step in source:
            # the ones above it can be reached no more
            del source[source.index(step) :]
            target.append(step)

    def step_back(self, command_id: str, *, forward: bool = False) -> str | None:
        """Takes back what the command with this id did, or does it again: only where it lies on top.

        Answers why not, and has changed nothing then.
        """
        source, names = (self._undone, compat.redo_names()) if forward else (self._done, compat.undo_names())
        step = source[-1] if source else None
        if step is None or step.id != command_id or names[:1] != [step.label]:
            return _WHY_NOT_AGAIN if forward else _WHY_NOT_BACK
        if _walk(1, forward=forward) == 0:
            return "TouchDesigner's history did not move"
        if step in source:
            # it was another step of that name
            _walk(1, forward=not forward)
            return "TouchDesigner's history holds something else"
        return None


@contextmanager
def undo_block(label: str, *, live: bool = False, steps: Steps | None = None, command_id: str = "") -> Iterator[None]:
    """What is changed inside is one undo step, or, where it fails, is taken back. Values of a link leave no step."""
    history = compat.undo()
    if history is None:
        yield
        return
    before = compat.undo_names()
    step = Step(command_id, label)
    history.startBlock(label, enable=not live)
    try:
        if not live:
            # a block in which nothing changed leaves no step, and taking it back would take another one
            history.addCallback(_nothing if steps is None else steps.walked, step)
        yield
    except BaseException:
        history.endBlock()
        if not live and len(compat.undo_names()) > len(before):
            history.undo()
        raise
    history.endBlock()
    if steps is not None and not live:
        steps.left(step, before)


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
