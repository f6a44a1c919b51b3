# SPDX-License-Identifier: GPL-3.0-or-later
"""Undo: one step a command, and a command that fails leaves nothing behind.

Undoing makes every Python reference to Blender's data invalid: afterwards things are looked up by name again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from .context import in_window, object_mode


class History:
    """In the interface the steps are Blender's and the artist's; in the background they are counted here, because
    there Blender neither notices changes nor forgets its steps when another file is opened."""

    def __init__(self) -> None:
        self._done = 0
        self._undone = 0
        self._touched = True

    @property
    def dirty(self) -> bool:
        """Whether the file has changes that are not saved. Blender alone says so too often: also of a new one."""
        return self._touched and (bpy.app.background or bool(bpy.data.is_dirty))

    def touched(self) -> None:
        """Somebody changed something."""
        self._touched = True

    def begin(self) -> None:
        """A file was opened, or begun: there is nothing to undo in it yet."""
        self._done = self._undone = 0
        self._touched = False
        if bpy.app.background:
            # without a first step there is nothing that undoing could go back to
            bpy.ops.ed.undo_push(message="Patchbay: begin")

    def saved(self) -> None:
        self._touched = False

    @contextmanager
    def change(self, label: str) -> Iterator[None]:
        """What is done inside is one undo step; if it raises, it is taken back."""
        object_mode()
        try:
            yield
            bpy.context.view_layer.update()
        except BaseException:
            self._take_back()
            raise
        self._push(label)

    def undo(self, steps: int) -> int:
        """How many steps were taken, which may be fewer."""
        return self._walk(steps, forward=False)

    def redo(self, steps: int) -> int:
        return self._walk(steps, forward=True)

    def _push(self, label: str) -> None:
        with in_window():
            bpy.ops.ed.undo_push(message=f"Patchbay: {label}")
        self._done += 1
        self._undone = 0
        self._touched = True

    def _take_back(self) -> None:
        with in_window():
            bpy.ops.ed.undo_push(message="Patchbay: failed")
            bpy.ops.ed.undo()
        self._undone = 0

    def _walk(self, steps: int, *, forward: bool) -> int:
        object_mode()
        operator = bpy.ops.ed.redo if forward else bpy.ops.ed.undo
        taken = 0
        while taken < steps and (not bpy.app.background or (self._undone if forward else self._done)):
            with in_window():
                if not operator.poll() or "FINISHED" not in operator():
                    break
            taken += 1
            self._done += 1 if forward else -1
            self._undone += -1 if forward else 1
        if taken:
            self._touched = True
        return taken


history = History()
