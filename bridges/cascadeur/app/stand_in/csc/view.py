"""csc.view"""

from __future__ import annotations

from pathlib import Path

from . import domain, files, world


class AnimationBoundary:
    """Never lets the first frame pass the last."""

    def __init__(self, scene: world.Scene) -> None:
        self._scene = scene

    @property
    def first_frame(self) -> int:
        return self._scene.play[0]

    @first_frame.setter
    def first_frame(self, frame: int) -> None:
        self._scene.play[0] = max(0, min(frame, self._scene.play[1]))

    @property
    def last_frame(self) -> int:
        return self._scene.play[1]

    @last_frame.setter
    def last_frame(self, frame: int) -> None:
        self._scene.play[1] = max(self._scene.play[0], min(frame, self._scene.document.frames - 1))


class Scene:
    def __init__(self, scene: world.Scene) -> None:
        self.simulated = scene

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scene) and other.simulated is self.simulated

    def __hash__(self) -> int:
        return id(self.simulated)

    def name(self) -> str:
        return self.simulated.name

    def get_path_name(self) -> str:
        return self.simulated.path

    def domain_scene(self) -> domain.Scene:
        return domain.Scene(self.simulated)

    def animation_boundary(self) -> AnimationBoundary:
        return AnimationBoundary(self.simulated)

    def save(self, path_name: str) -> bool:
        """Answers False although it has saved, as Cascadeur does."""
        path = Path(path_name)
        if path.parent.is_dir():
            files.write(self.simulated, path, "a scene")
            self.simulated.path, self.simulated.name = path_name, path.name
        else:
            self.simulated.log.append("Saving scene failed!")
        return False
