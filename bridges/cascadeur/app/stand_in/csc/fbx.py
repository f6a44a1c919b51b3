"""csc.fbx: fails without a word where there is no licence, as Cascadeur does."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from . import files, view, world


class FbxSettingsMode(Enum):
    Binary = 0
    Ascii = 1


class FbxSettingsAxis(Enum):
    Y = 0
    Z = 1


class FbxSettings:
    def __init__(self) -> None:
        self.mode = FbxSettingsMode.Binary
        self.up_axis = FbxSettingsAxis.Y
        self.bake_animation = True


class FbxLoader:
    def __init__(self, scene: world.Scene) -> None:
        self._scene = scene

    def set_settings(self, settings: FbxSettings) -> None:
        self._settings = settings

    def import_scene(self, path: str) -> None:
        self._bring(path, files.merge)

    import_model = import_scene
    add_model = import_scene

    def import_animation(self, path: str) -> None:
        self._bring(path, files.merge_animation)

    def export_all_objects(self, path: str) -> None:
        self._write(path, None)

    def export_joints(self, path: str) -> None:
        self._write(path, self._of_type("Joint"))

    def export_model(self, path: str) -> None:
        self._write(path, self._of_type("Joint", "Mesh"))

    def export_scene_selected(self, path: str) -> None:
        self._write(path, set(self._scene.selected))

    def _of_type(self, *types: str) -> set[str]:
        return {thing.id for thing in self._scene.document.things.values() if thing.type in types}

    def _bring(self, path: str, how: object) -> None:
        content = files.read(Path(path))
        if content is None or not callable(how):
            self._scene.log.append(f"Cannot import {path}")
            return
        self._scene.change(lambda: how(self._scene, content))

    def _write(self, path: str, only: set[str] | None) -> None:
        if not world.APPLICATION.licensed:
            self._scene.log.append("Exporting needs a Pro licence")
            return
        files.write(self._scene, Path(path), Path(path).suffix.removeprefix(".").upper(), only)


class FbxSceneLoader:
    def get_fbx_loader(self, scene: view.Scene) -> FbxLoader:
        if not isinstance(scene, view.Scene):
            raise TypeError("expected csc.view.Scene")
        return FbxLoader(scene.simulated)
