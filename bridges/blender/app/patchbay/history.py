# SPDX-License-Identifier: GPL-3.0-or-later
"""Undo: one step a command, or one for all commands of a group; and a command that fails leaves nothing behind.

What lies on top of the history is known as long as nobody but the bridge's commands changes anything: then one of
them can be taken back by its id, and nothing of the artist's goes with it.

Undoing makes every Python reference to Blender's data invalid: afterwards things are looked up by name again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import bpy

from .context import in_other_mode, in_window, object_mode
from .errors import CommandError


@dataclass
class Group:
    """Commands that become one step: what they did has none of its own until the group ends."""

    label: str
    # what its step is known by
    id: str | None
    # whether the file had changes when the group began
    dirty: bool
    # whether something was done that is in no step yet
    held: bool = False
    # Blender's steps that were pushed for it so far
    steps: int = 0
    # whether those steps and what is held are all that happened since it began
    whole: bool = True


@dataclass
class Step:
    """What one command, or a group, has left in the history."""

    id: str | None
    # of how many of Blender's steps it consists
    size: int


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
        # the commands that lie on top, the topmost last, and those that were taken back by their id
        self._top: list[Step] = []
        self._taken: list[Step] = []
        # somebody else changed something that is in no step yet: only in the background, where nobody else makes one
        self._foreign = False
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
        self._foreign = bpy.app.background
        self._live = self._live_held = False
        self.buried()
        if self._group is not None:
            self._group.whole = False

    def buried(self) -> None:
        """Something that is none of the commands' lies on top of the history, or may: none of them can be reached."""
        self._top, self._taken = [], []

    def begin(self) -> None:
        """A file was opened, or begun: there is nothing to undo in it yet."""
        self._done, self._undone = [], []
        self._touched = self._foreign = False
        self.buried()
        self._live = self._live_held = False
        self._forget_group()
        if bpy.app.background:
            # without a first step there is nothing that undoing could go back to
            bpy.ops.ed.undo_push(message="Patchbay: begin")

    def saved(self) -> None:
        self._touched = False

    @contextmanager
    def change(
        self, label: str, *, command_id: str | None = None, may_break: bool = False, live: bool = False
    ) -> Iterator[None]:
        """What is done inside is one undo step; if it raises, it is taken back.

        In a group that is only so with `may_break`, for what can fail half-way: it costs a step of Blender's more.
        What is `live` is one step with what was so just before; if it raises, what it had done so far stays.
        """
        object_mode()
        live = live and self._group is None
        if not live:
            self._push_live()
        self._push_foreign()
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
            if live:
                self.buried()
            else:
                self._lies_on_top(command_id, 1)
        else:
            self._group.held = True

    def begin_group(self, label: str, batch_id: str | None = None) -> None:
        """What is done from now on is one step. Raises CONFLICT where another group is open."""
        if self._group is not None:
            raise CommandError("CONFLICT", f"Cannot begin '{label}': '{self._group.label}' has not ended")
        object_mode()
        self._push_live()
        self._push_foreign()
        self._group = Group(label, batch_id, self._touched)

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
                self._lies_on_top(group.id, group.steps)
                if not group.whole:
                    self.buried()
            return False
        self._undone = []
        taken = _walk_blender(group.steps, forward=False)
        if group.steps:
            self._taken = []
        if taken < group.steps or not group.whole:
            self.buried()
            return False
        self._touched = group.dirty
        return True

    def undo(self, steps: int) -> int:
        """How many steps were taken, which may be fewer."""
        return self._walk(steps, forward=False)

    def redo(self, steps: int) -> int:
        return self._walk(steps, forward=True)

    def step_back(self, command_id: str, *, forward: bool = False) -> str | None:
        """Takes back what the command with this id did, or does it again: only where it lies on top, and all of it.

        Returns why not, and has changed nothing then.
        """
        source, target = (self._taken, self._top) if forward else (self._top, self._taken)
        if self._group is not None:
            return "a group of commands is open"
        if not source or source[-1].id != command_id:
            return _WHY_NOT_AGAIN if forward else _WHY_NOT_BACK
        if in_other_mode():
            return "the artist is in the middle of an object"
        step = source.pop()
        moved = _walk_blender(step.size, forward=forward)
        if moved < step.size:
            _walk_blender(moved, forward=not forward)
            self.buried()
            return "Blender does not keep so many steps"
        self._counted(step.size, forward=forward)
        target.append(step)
        self._touched = True
        return None

    def _lies_on_top(self, command_id: str | None, size: int) -> None:
        self._taken = []
        if self._top and command_id is not None and self._top[-1].id == command_id:
            self._top[-1].size += size
        else:
            self._top.append(Step(command_id, size))

    def _counted(self, size: int, *, forward: bool) -> None:
        """Moves so many of Blender's steps from one side to the other."""
        source, target = (self._undone, self._done) if forward else (self._done, self._undone)
        while size > 0 and source:
            entry = source.pop()
            target.append(entry)
            size -= entry

    def _push_foreign(self) -> None:
        """What somebody else did is a step of its own: else it would go with the next command that is taken back."""
        if self._foreign and self._group is None:
            _push("Edit")
            self._done.append(1)
            self._undone = []
        self._foreign = False

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
        self._undone, self._taken = [], []

    def _walk(self, steps: int, *, forward: bool) -> int:
        object_mode()
        # what came after the first value of a link goes with it
        self._live = self._live_held = False
        self.buried()
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


_WHY_NOT_BACK = "something else was changed after it"
_WHY_NOT_AGAIN = "something else was changed after it was taken back"


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
