# SPDX-License-Identifier: GPL-3.0-or-later
"""Undo: one step a command, or one for all commands of a group; and a command that fails leaves nothing behind.

Undoing makes every Python reference to Blender's data invalid: afterwards things are looked up by name again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import bpy

from .context import in_window, object_mode
from .errors import CommandError


@dataclass
class Group:
    """Commands that become one step: what they did has none of its own until the group ends."""

    label: str
    # whether the file had changes when the group began
    dirty: bool
    # whether something was done that is in no step yet
    held: bool = False
    # Blender's steps that were pushed for it so far
    steps: int = 0
    # whether those steps and what is held are all that happened since it began
    whole: bool = True


class History:
    """In the interface the steps are Blender's and the artist's; in the background they are counted here, because
    there Blender neither notices changes nor forgets its steps when another file is opened."""

    def __init__(self) -> None:
        # of how many of Blender's steps each of ours consists, oldest first
        self._done: list[int] = []
        # the same of what was taken back, the next to be done again last
        self._undone: list[int] = []
        self._touched = True
        self._group: Group | None = None
        # whether the last step is that of a link, and whether more of its values came after it
        self._live = False
        self._live_held = False

    @property
    def dirty(self) -> bool:
        """Whether the file has changes that are not saved. Blender alone says so too often: also of a new one."""
        return self._touched and (bpy.app.background or bool(bpy.data.is_dirty))

    def touched(self) -> None:
        """Somebody else changed something."""
        self._touched = True
        self._live = self._live_held = False
        if self._group is not None:
            self._group.whole = False

    def begin(self) -> None:
        """A file was opened, or begun: there is nothing to undo in it yet."""
        self._done, self._undone = [], []
        self._touched = False
        self._live = self._live_held = False
        self._forget_group()
        if bpy.app.background:
            # without a first step there is nothing that undoing could go back to
            bpy.ops.ed.undo_push(message="Patchbay: begin")

    def saved(self) -> None:
        self._touched = False

    @contextmanager
    def change(self, label: str, *, may_break: bool = False, live: bool = False) -> Iterator[None]:
        """What is done inside is one undo step; if it raises, it is taken back.

        In a group that is only so with `may_break`, for what can fail half-way: it costs a step of Blender's more.
        What is `live` is one step with what was so just before; if it raises, what it had done so far stays.
        """
        object_mode()
        live = live and self._group is None
        if not live:
            self._push_live()
        if may_break and self._group is not None:
            self._push_held(self._group)
        try:
            yield
            bpy.context.view_layer.update()
        except BaseException:
            if not (live and self._live):
                self._take_back()
            raise
        self._touched = True
        self._undone = []
        if live and self._live:
            self._live_held = True
        elif self._group is None:
            self._live = live
            _push(label)
            self._done.append(1)
        else:
            self._group.held = True

    def begin_group(self, label: str) -> None:
        """What is done from now on is one step. Raises CONFLICT where another group is open."""
        if self._group is not None:
            raise CommandError("CONFLICT", f"Cannot begin '{label}': '{self._group.label}' has not ended")
        object_mode()
        self._push_live()
        self._group = Group(label, self._touched)

    def end_group(self, *, undo: bool) -> bool:
        """Ends the group. Returns whether it was taken back: all of it. Raises CONFLICT where no group is open."""
        group, self._group = self._group, None
        if group is None:
            raise CommandError("CONFLICT", "Cannot end the group: none is open")
        if undo and (group.held or group.steps):
            object_mode()
        self._push_held(group)
        if not undo:
            if group.steps:
                self._done.append(group.steps)
            return False
        self._undone = []
        taken = _walk_blender(group.steps, forward=False)
        if taken < group.steps or not group.whole:
            return False
        self._touched = group.dirty
        return True

    def undo(self, steps: int) -> int:
        """How many steps were taken, which may be fewer."""
        return self._walk(steps, forward=False)

    def redo(self, steps: int) -> int:
        return self._walk(steps, forward=True)

    def _push_live(self) -> None:
        """What a link did last is in the history before something else is done, in one step with the rest of it."""
        if self._live_held:
            _push("Link")
            self._done[-1] += 1
        self._live = self._live_held = False

    def _push_held(self, group: Group) -> None:
        if group.held:
            _push(group.label)
            group.steps += 1
            group.held = False

    def _forget_group(self) -> None:
        """What is done from now on has nothing to do with what the group did so far."""
        if self._group is not None:
            self._group.held, self._group.steps, self._group.whole = False, 0, False

    def _take_back(self) -> None:
        if self._group is not None and self._group.held:
            # nothing but the group's other commands could be taken back with it
            return
        _push("failed")
        _walk_blender(1, forward=False)
        self._undone = []

    def _walk(self, steps: int, *, forward: bool) -> int:
        object_mode()
        # what came after the first value of a link goes with it
        self._live = self._live_held = False
        if self._group is not None:
            # whoever walks in the middle of a group makes a step of what was done so far
            self._push_held(self._group)
            self._done += [self._group.steps] if self._group.steps else []
            self._forget_group()
        source, target = (self._undone, self._done) if forward else (self._done, self._undone)
        taken = 0
        while taken < steps and (source or not bpy.app.background):
            size = source[-1] if source and bpy.app.background else 1
            if _walk_blender(size, forward=forward) < size:
                break
            if source:
                source.pop()
            target.append(size)
            taken += 1
        if taken:
            self._touched = True
        return taken


def _push(label: str) -> None:
    with in_window():
        bpy.ops.ed.undo_push(message=f"Patchbay: {label}")


def _walk_blender(steps: int, *, forward: bool) -> int:
    """How many of Blender's own steps were taken."""
    operator = bpy.ops.ed.redo if forward else bpy.ops.ed.undo
    for taken in range(steps):
        with in_window():
            if not operator.poll() or "FINISHED" not in operator():
                return taken
    return steps


history = History()
