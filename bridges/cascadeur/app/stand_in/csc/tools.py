"""csc.tools"""

from __future__ import annotations

import os
from pathlib import Path

from . import figure, view, world


class RenderParameters:
    def __init__(self) -> None:
        self.width, self.height, self.samples = 640, 480, 1


class RenderToFile:
    def take_image(self, scene: view.Scene, parameters: RenderParameters, file_name: str) -> None:
        """Drawn when the window is: never while it is minimised."""
        picture = (scene.simulated, parameters.width, parameters.height, file_name)
        world.APPLICATION.pictures.append(picture)


class RiggingToolWindowTool:
    def editor(self, scene: view.Scene) -> QuickRigging:
        return QuickRigging(scene.simulated)


class QuickRigging:
    def __init__(self, scene: world.Scene) -> None:
        self._scene = scene
        self._template = ""

    def open_quick_rigging_tool(self) -> None:
        self._needs_rig_mode()

    def set_is_create_autoposing(self, _on: bool) -> None:
        self._needs_rig_mode()

    def load_template_by_fileName(self, path: str) -> None:  # noqa: N802 -- as Cascadeur spells it
        self._needs_rig_mode()
        self._template = Path(path).read_text(encoding="utf-8")

    def generate_rig_elements(self) -> None:
        self._needs_rig_mode()
        joints = {thing.name for thing in self._scene.document.things.values() if thing.type == "Joint"}
        if joints & set(self._template.split()):
            self._scene.change(lambda: (figure.add_rig(self._scene), None)[1])

    def _needs_rig_mode(self) -> None:
        if not self._scene.rig_mode:
            os._exit(139)
