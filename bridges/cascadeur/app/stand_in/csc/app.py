"""csc.app"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import fbx, files, tools, view, world

_TOOLS = {
    "FbxSceneLoader": fbx.FbxSceneLoader,
    "RenderToFile": tools.RenderToFile,
    "RiggingToolWindowTool": tools.RiggingToolWindowTool,
}


class SceneManager:
    def scenes(self) -> list[view.Scene]:
        return [view.Scene(scene) for scene in world.APPLICATION.scenes]

    def current_scene(self) -> view.Scene | None:
        current = world.APPLICATION.current
        return None if current is None else view.Scene(current)

    def set_current_scene(self, scene: view.Scene) -> None:
        world.APPLICATION.current = scene.simulated

    def create_application_scene(self) -> view.Scene:
        return view.Scene(world.APPLICATION.new_scene())

    def remove_application_scene(self, scene: view.Scene) -> None:
        if world.APPLICATION.current is scene.simulated:
            # closing the tab that it shows ends Cascadeur
            world.APPLICATION.wanted_end = True
        world.APPLICATION.scenes.remove(scene.simulated)


class DataSourceManager:
    def load_scene(self, file_name: str) -> bool:
        content = files.read(Path(file_name))
        if content is None:
            return False
        scene = world.APPLICATION.new_scene()
        files.load(scene, content)
        scene.path, scene.name = file_name, Path(file_name).name
        return True


class ToolsManager:
    def get_tool(self, name: str) -> Any:
        return _TOOLS[name]()


class ActionManager:
    def call_action(self, name: str) -> None:
        """Says nothing of what came of it."""
        application = world.APPLICATION
        application.dispatched.append(name)
        scene = application.current
        if scene is None:
            return
        if name == "Scene.Undo":
            scene.undo()
        elif name == "Scene.Redo":
            scene.redo()
        elif name == "Application.Select all":
            scene.selected = sorted(thing.id for thing in scene.document.things.values() if thing.type == "Point")
        elif name == "AutoPosingTool.AutoPosing":
            application.autoposing = not application.autoposing
        elif name == "Timeline.Next key frame":
            keys = sorted({frame for layer in scene.document.layers.values() for frame in layer.sections})
            scene.frame = next((frame for frame in keys if frame > scene.frame), scene.frame)


class Application:
    def current_scene(self) -> view.Scene | None:
        return SceneManager().current_scene()

    def get_scene_manager(self) -> SceneManager:
        return SceneManager()

    def get_data_source_manager(self) -> DataSourceManager:
        return DataSourceManager()

    def get_tools_manager(self) -> ToolsManager:
        return ToolsManager()

    def get_action_manager(self) -> ActionManager:
        return ActionManager()


def get_application() -> Application:
    return Application()
