"""csc.domain"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from . import layers, model, world
from .ids import ObjectId


class Selection:
    def __init__(self, ids: Iterable[ObjectId]) -> None:
        self.ids = set(ids)


class Selector:
    def __init__(self, scene: world.Scene) -> None:
        self._scene = scene

    def selected(self) -> Selection:
        return Selection(ObjectId(one) for one in self._scene.selected)

    def select(self, ids: Iterable[ObjectId], _first: ObjectId) -> None:
        self._scene.selected = sorted(one.value for one in ids)


class Session:
    def __init__(self, scene: world.Scene) -> None:
        self._scene = scene

    def take_selector(self) -> Selector:
        return Selector(self._scene)

    def take_layers_selector(self) -> layers.Selector:
        return layers.Selector(self._scene)

    def set_current_frame(self, frame: int) -> None:
        self._scene.frame = frame


class SceneUpdater:
    def generate_update(self) -> None:
        """Everything is up to date here."""

    def run_update(self, _data: Any, _frame: int) -> None:
        """Everything is up to date here."""


class Scene:
    def __init__(self, scene: world.Scene) -> None:
        self._scene = scene

    def model_viewer(self) -> model.ModelViewer:
        return model.ModelViewer(self._scene)

    def behaviour_viewer(self) -> model.BehaviourViewer:
        return model.BehaviourViewer(self._scene)

    def data_viewer(self) -> model.DataViewer:
        return model.DataViewer(self._scene)

    def layers_viewer(self) -> layers.Viewer:
        return layers.Viewer(self._scene)

    def selector(self) -> Selector:
        return Selector(self._scene)

    def get_layers_selector(self) -> layers.Selector:
        return layers.Selector(self._scene)

    def get_current_frame(self) -> int:
        return self._scene.frame

    def set_current_frame(self, frame: int) -> None:
        self._scene.frame = max(0, min(frame, self._scene.document.frames - 1))

    def modify(self, label: str, change: Callable[..., None]) -> bool:
        return self.modify_update(label, change)

    def modify_update(self, label: str, change: Callable[..., None]) -> bool:
        try:
            self._scene.change(lambda: change(model.ModelEditor(self._scene), None, SceneUpdater()))
        except Exception as error:
            self._scene.log.append(f"{label}: {error}")
            return False
        return True

    def modify_with_session(self, _label: str, change: Callable[..., None]) -> bool:
        """Selections only: they are no undo step."""
        change(None, None, self, Session(self._scene))
        return True

    @property
    def simulated(self) -> world.Scene:
        """For this stand-in's own scripts."""
        return self._scene
