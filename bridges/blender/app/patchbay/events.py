# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens in Blender, whoever did it: renders, files, frames, and a person's edits."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy
from bpy.app.handlers import persistent

from .history import history
from .state import engine_of

# A person's edits come many a second while they drag; they are told once the hand rests.
_REST_S = 0.3
_LONGEST_S = 2.0
_FRAME_S = 0.1

Emit = Callable[[str, dict[str, Any]], None]


class Events:
    """The handlers only note what happened; `tell` sends it, on the main thread."""

    def __init__(self) -> None:
        self._notes: deque[tuple[str, dict[str, Any]]] = deque(maxlen=1000)
        self._ours = False
        self._quiet_renders = False
        self._edited: set[str] = set()
        self._first_edit = self._last_edit = 0.0
        self._names: frozenset[str] = frozenset()
        self._frame: int | None = None
        self._frame_told = 0.0
        self._render_began: float | None = None

    @contextmanager
    def ours(self) -> Iterator[None]:
        """What changes inside is no person's edit."""
        self._ours = True
        try:
            yield
        finally:
            # what Blender has put off until now is ours too
            bpy.context.view_layer.update()
            self._names = _object_names()
            self._ours = False

    @contextmanager
    def quiet_renders(self) -> Iterator[None]:
        """Renders inside are not told: they are not what anybody calls a render, or told as one."""
        self._quiet_renders = True
        try:
            yield
        finally:
            self._quiet_renders = False

    def note_render(self, duration_ms: int | None) -> None:
        scene = bpy.context.scene
        part = scene.render.resolution_percentage / 100
        self._notes.append(
            (
                "render_finished",
                {
                    "frame": scene.frame_current,
                    "width": int(scene.render.resolution_x * part),
                    "height": int(scene.render.resolution_y * part),
                    "engine": engine_of(scene),
                    "duration_ms": duration_ms,
                },
            )
        )

    def tell(self, emit: Emit, state_changed: Callable[[str], None]) -> None:
        """Sends what was noted; called on every turn of the pump."""
        while self._notes:
            name, data = self._notes.popleft()
            emit(name, data)
            if name == "file_opened":
                state_changed("application")
        self._tell_frame(emit, state_changed)
        self._tell_edits(emit, state_changed)

    def start(self) -> None:
        self._names, self._frame = _object_names(), bpy.context.scene.frame_current
        for handlers, handler in _HANDLERS:
            if handler not in handlers:
                handlers.append(handler)

    def stop(self) -> None:
        for handlers, handler in _HANDLERS:
            if handler in handlers:
                handlers.remove(handler)

    def _tell_frame(self, emit: Emit, state_changed: Callable[[str], None]) -> None:
        frame, now = bpy.context.scene.frame_current, time.monotonic()
        if frame == self._frame or now - self._frame_told < _FRAME_S:
            return
        self._frame, self._frame_told = frame, now
        emit("frame_changed", {"frame": frame})
        state_changed("application")

    def _tell_edits(self, emit: Emit, state_changed: Callable[[str], None]) -> None:
        now = time.monotonic()
        if not self._last_edit or (now - self._last_edit < _REST_S and now - self._first_edit < _LONGEST_S):
            return
        names = _object_names()
        changed = (self._edited & names) | (names ^ self._names)
        self._names, self._edited, self._first_edit, self._last_edit = names, set(), 0.0, 0.0
        emit("human_edit", {"objects": sorted(changed), "action": _last_action()})
        state_changed("human")

    def on_depsgraph(self, depsgraph: Any) -> None:
        if self._ours:
            return
        if depsgraph.updates:
            # whatever it was, it may be a step of the artist's: selecting something is one too
            history.buried()
        if _is_playing():
            return
        things = {update.id.name for update in depsgraph.updates if isinstance(update.id, bpy.types.Object)}
        # a scene is also updated when somebody selects something
        if not things and not any(_is_data(update.id) for update in depsgraph.updates):
            return
        history.touched()
        self._edited |= things
        self._last_edit = time.monotonic()
        self._first_edit = self._first_edit or self._last_edit

    def on_undo(self) -> None:
        if not self._ours:
            history.buried()
            self._last_edit = time.monotonic()
            self._first_edit = self._first_edit or self._last_edit

    def on_load(self) -> None:
        name = Path(bpy.data.filepath).name if bpy.data.filepath else None
        self._notes.append(("file_opened", {"name": name}))
        self._names, self._edited, self._last_edit = _object_names(), set(), 0.0
        self._frame = bpy.context.scene.frame_current

    def on_render_began(self) -> None:
        self._render_began = time.monotonic()

    def on_render_finished(self) -> None:
        if self._quiet_renders:
            return
        began = self._render_began
        self.note_render(None if began is None else round((time.monotonic() - began) * 1000))


events = Events()


def _object_names() -> frozenset[str]:
    return frozenset(thing.name for thing in bpy.context.scene.objects)


def _is_playing() -> bool:
    return any(window.screen.is_animation_playing for window in bpy.context.window_manager.windows)


def _is_data(thing: Any) -> bool:
    return isinstance(thing, (bpy.types.Material, bpy.types.World, bpy.types.Mesh, bpy.types.Light, bpy.types.Camera))


def _last_action() -> str:
    """What Blender calls what the person did last."""
    operators = bpy.context.window_manager.operators
    return str(operators[-1].name) if len(operators) else "edit"


@persistent
def _on_depsgraph(_scene: Any, depsgraph: Any = None) -> None:
    events.on_depsgraph(depsgraph or bpy.context.evaluated_depsgraph_get())


@persistent
def _on_undo(*_arguments: Any) -> None:
    events.on_undo()


@persistent
def _on_load(*_arguments: Any) -> None:
    events.on_load()


@persistent
def _on_render_began(*_arguments: Any) -> None:
    events.on_render_began()


@persistent
def _on_render_finished(*_arguments: Any) -> None:
    events.on_render_finished()


_HANDLERS: tuple[tuple[list[Any], Callable[..., None]], ...] = (
    (bpy.app.handlers.depsgraph_update_post, _on_depsgraph),
    (bpy.app.handlers.undo_post, _on_undo),
    (bpy.app.handlers.redo_post, _on_undo),
    (bpy.app.handlers.load_post, _on_load),
    (bpy.app.handlers.render_init, _on_render_began),
    (bpy.app.handlers.render_complete, _on_render_finished),
)
