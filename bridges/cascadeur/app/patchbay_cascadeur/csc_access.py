"""Everything that is known of Cascadeur's `csc`, in one place: the rest of this package never touches it."""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from .errors import CallError, failed, missing
from .names import spoken

SPACES = ("global", "local")


class Cascadeur:
    """The running application. Main thread only, as all of `csc`."""

    def __init__(self) -> None:
        import csc

        self.csc: Any = csc
        self.app: Any = csc.app.get_application()
        # `csc` does not say whether a scene is in rig mode: this is what was switched here
        self._rigging: set[str] = set()

    @property
    def version(self) -> str:
        with contextlib.suppress(Exception):
            return str(self.csc.SystemVariables.git_version())
        return "unknown"

    # scenes

    def scenes(self) -> list[tuple[str, Any]]:
        """Each open tab by a name of its own: the second of a name gets ` (2)`."""
        seen: dict[str, int] = {}
        named = []
        for view in self.app.get_scene_manager().scenes():
            name = str(view.name())
            seen[name] = seen.get(name, 0) + 1
            named.append((name if seen[name] == 1 else f"{name} ({seen[name]})", view))
        return named

    def scene_named(self, name: str) -> Any:
        for label, view in self.scenes():
            if label == name or label.removesuffix(".casc") == name:
                return view
        raise missing("scene", name, [label for label, _ in self.scenes()])

    def active_name(self) -> str | None:
        current = self.app.get_scene_manager().current_scene()
        return next((label for label, view in self.scenes() if view == current), None)

    def path_of(self, view: Any) -> Path | None:
        """Where it was saved; older builds do not say."""
        path = view.get_path_name() if hasattr(view, "get_path_name") else ""
        return Path(str(path)) if path else None

    def activate(self, view: Any) -> None:
        self.app.get_scene_manager().set_current_scene(view)

    def create_scene(self) -> Any:
        manager = self.app.get_scene_manager()
        view = manager.create_application_scene()
        manager.set_current_scene(view)
        return manager.current_scene()

    def load(self, path: Path) -> Any:
        self.app.get_data_source_manager().load_scene(path.as_posix())
        return self.view

    def save(self, view: Any, path: Path) -> None:
        # it answers False for a file that it has written: whether it is there is looked at by the caller
        view.save(path.as_posix())

    def close(self, view: Any) -> None:
        self.app.get_scene_manager().remove_application_scene(view)

    @property
    def view(self) -> Any:
        view = self.app.get_scene_manager().current_scene()
        if view is None:
            raise CallError("NOT_FOUND", "No scene is open: open or create one first")
        return view

    @property
    def scene(self) -> Any:
        return self.view.domain_scene()

    def modify(self, label: str, change: Callable[[Any, Any], None]) -> None:
        """One undo step: `change(model, updater)`."""
        raised: list[BaseException] = []

        def run(model: Any, _update: Any, updater: Any) -> None:
            try:
                change(model, updater)
            except BaseException as error:
                raised.append(error)
                raise

        try:
            accepted = self.scene.modify_update(f"Patchbay: {label}", run)
        except Exception as error:
            raise raised[0] if raised else error from error
        if raised:
            raise raised[0]
        if accepted is False:
            raise failed(f"Cascadeur refused to {label}: its event log says why")

    # objects

    def objects(self) -> list[Any]:
        return list(self.scene.model_viewer().get_objects())

    def name_of(self, oid: Any) -> str:
        return str(self.scene.model_viewer().get_object_name(oid))

    def type_of(self, oid: Any) -> str:
        return str(self.scene.model_viewer().get_object_type_name(oid))

    def object_named(self, name: str) -> Any:
        """By id, by name, or as people say it: 'left hand' for `hand_MainPoint_l`, controllers first."""
        named = [(oid, self.name_of(oid)) for oid in self.objects()]
        exact = [oid for oid, own in named if own == name or str(oid) == name]
        found = exact or [oid for oid, own in named if own.casefold() == name.casefold()]
        if not found:
            found = [oid for oid, own in named if spoken(name) and spoken(own) == spoken(name)]
            controllers = [oid for oid in found if self._is_main_controller(oid)]
            found = controllers if len(found) > 1 and controllers else found
        if len(found) == 1:
            return found[0]
        if found:
            several = [f"{self.name_of(oid)} ({self.type_of(oid)}): {oid}" for oid in found]
            raise CallError(
                "INVALID_ARGUMENTS",
                f"{len(found)} objects are called '{name[:200]}': name one by its id",
                context={"available": several[:100]},
            )
        raise missing("object", name, [own for _, own in named])

    def animated_named(self, name: str) -> Any:
        """What an animator moves: a joint that is named stands for its controller, which decides where it is."""
        oid = self.object_named(name)
        if self.type_of(oid) != "Joint" or str(oid) == name:
            return oid
        words = spoken(self.name_of(oid))
        same = [one for one in self.objects() if self._is_main_controller(one) and spoken(self.name_of(one)) == words]
        return same[0] if len(same) == 1 else oid

    def _is_main_controller(self, oid: Any) -> bool:
        return self.type_of(oid) == "Point" and "main" in self.name_of(oid).lower()

    def parent_of(self, oid: Any) -> Any | None:
        behaviours = self.scene.behaviour_viewer()
        basic = behaviours.get_behaviour_by_name(oid, "Basic")
        if basic.is_null():
            return None
        parent = behaviours.get_behaviour_object(basic, "parent")
        return None if parent.is_null() else parent

    def set_parent(self, oids: Sequence[Any], parent: Any | None) -> None:
        import common.hierarchy as hierarchy

        hierarchy.set_parent_mod(self.scene, list(oids), self.csc.model.ObjectId.null() if parent is None else parent)

    def rename(self, oid: Any, name: str) -> None:
        self.modify("rename the object", lambda model, _: model.set_object_name(oid, name))

    def delete(self, oids: Sequence[Any]) -> None:
        def change(model: Any, updater: Any) -> None:
            model.delete_objects(set(oids))
            updater.generate_update()

        self.modify("delete objects", change)

    def owners_of(self, behaviour: str) -> list[Any]:
        viewer = self.scene.behaviour_viewer()
        try:
            found = viewer.get_behaviours(behaviour)
        except RuntimeError:
            return []  # this build does not know it
        return [viewer.get_behaviour_owner(one) for one in found]

    def selected(self) -> list[Any]:
        """By name: `csc` gives them in no order."""
        ids = self.scene.selector().selected().ids
        return sorted((each for each in ids if isinstance(each, self.csc.model.ObjectId)), key=self.name_of)

    def select(self, oids: Sequence[Any]) -> None:
        first = oids[0] if oids else self.csc.model.ObjectId.null()

        def change(_model: Any, _update: Any, _scene: Any, session: Any) -> None:
            session.take_selector().select(set(oids), first)

        self.scene.modify_with_session("Patchbay: select", change)

    # transforms

    def data_of(self, oid: Any, data: str) -> Any:
        """The id of one of its animated values: `global_position`, `local_rotation`."""
        viewer = self.scene.behaviour_viewer()
        transform = viewer.get_behaviour_by_name(oid, "Transform")
        found = None if transform.is_null() else viewer.get_behaviour_data(transform, data)
        if found is None or found.is_null():
            raise failed(f"'{self.name_of(oid)}' has no {data.replace('_', ' ')} that can be animated")
        return found

    def position(self, oid: Any, frame: int, space: str = "global") -> list[float]:
        return _plain(self._value(self.data_of(oid, f"{space}_position"), frame))

    def rotation(self, oid: Any, frame: int, space: str = "global") -> list[float]:
        """Euler angles in degrees."""
        value = self._value(self.data_of(oid, f"{space}_rotation"), frame)
        return [math.degrees(angle) for angle in _plain(value.to_euler_angles())]

    def joint_position(self, oid: Any, frame: int) -> list[float]:
        """Where the skeleton has it, which the rig has decided."""
        viewer = self.scene.behaviour_viewer()
        matrix = viewer.get_behaviour_data(viewer.get_behaviour_by_name(oid, "Joint"), "global_matrix")
        value = self._value(matrix, frame)
        return [float(value[row][3]) for row in range(3)]

    def _value(self, data: Any, frame: int) -> Any:
        viewer = self.scene.data_viewer()
        try:
            return viewer.get_data_value(data, frame)
        except Exception:
            return viewer.get_data_value(data)  # what is not animated has one value for all frames

    def rotation_value(self, degrees: Sequence[float]) -> Any:
        return self.csc.math.Rotation.from_euler(*[math.radians(angle) for angle in degrees])

    # tracks: Cascadeur calls them layers

    @property
    def layers(self) -> Any:
        return self.scene.layers_viewer()

    def tracks(self) -> list[tuple[str, Any]]:
        return [(str(self.layers.header(lid).name), lid) for lid in self.layers.all_layer_ids()]

    def track_named(self, name: str) -> Any:
        tracks = self.tracks()
        exact = [lid for own, lid in tracks if own == name or str(lid) == name]
        found = exact or [
            lid for own, lid in tracks if spoken(own) == spoken(name) or own.casefold() == name.casefold()
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise CallError("INVALID_ARGUMENTS", f"{len(found)} tracks are called '{name[:200]}': name one by its id")
        raise missing("track", name, [own for own, _ in tracks])

    def track_of(self, oid: Any) -> Any:
        lid = self.layers.layer_id_by_obj_id_or_null(oid)
        if lid.is_null():
            raise failed(f"'{self.name_of(oid)}' is on no track, so it cannot be animated")
        return lid

    def layer(self, lid: Any) -> Any:
        return self.layers.layer(lid)

    def keys(self, lid: Any) -> list[int]:
        return sorted(int(frame) for frame in self.layer(lid).key_frame_indices())

    def interpolation(self, name: str) -> Any:
        return getattr(self.csc.layers.layer.Interpolation, name.upper())

    def fixation(self, name: str) -> Any:
        return getattr(self.csc.layers.layer.Fixation, name.capitalize())

    def select_interval(self, lids: Sequence[Any], first: int, last: int) -> None:
        def change(_model: Any, _update: Any, _scene: Any, session: Any) -> None:
            session.take_layers_selector().set_full_selection_by_parts(list(lids), first, last)

        self.scene.modify_with_session("Patchbay: select an interval", change)

    def selected_interval(self) -> tuple[list[Any], int, int]:
        selector = self.scene.get_layers_selector()
        interval = selector.selection().frames_interval()
        return list(selector.all_included_layer_ids()), int(interval.first), int(interval.last)

    # the timeline

    @property
    def frame(self) -> int:
        return int(self.scene.get_current_frame())

    def set_frame(self, frame: int) -> None:
        self.scene.set_current_frame(frame)

    @property
    def frames(self) -> int:
        """How many frames the animation has, the first being 0."""
        return int(self.layers.frames_count())

    def play_range(self) -> tuple[int, int]:
        boundary = self.view.animation_boundary()
        return int(boundary.first_frame), int(boundary.last_frame)

    def set_play_range(self, first: int, last: int) -> None:
        boundary = self.view.animation_boundary()
        # it never lets the first pass the last
        boundary.last_frame = max(last, int(boundary.last_frame))
        boundary.first_frame = first
        boundary.last_frame = last

    # files

    def fbx_loader(self) -> Any:
        tool = self.app.get_tools_manager().get_tool("FbxSceneLoader")
        try:
            return tool.get_fbx_loader(self.view)
        except TypeError:
            return tool.get_fbx_loader(self.scene)  # as builds before 2025 want it

    def fbx_settings(self, *, text: bool, up_axis: str, bake: bool) -> Any:
        fbx = self.csc.fbx
        settings = fbx.FbxSettings()
        settings.mode = fbx.FbxSettingsMode.Ascii if text else fbx.FbxSettingsMode.Binary
        settings.up_axis = getattr(fbx.FbxSettingsAxis, up_axis.upper())
        settings.bake_animation = bake
        return settings

    def take_image(self, path: Path, width: int, height: int) -> None:
        """Only asks for it: the picture is drawn when the window is, and never while that is minimised."""
        parameters = self.csc.tools.RenderParameters()
        parameters.width, parameters.height, parameters.samples = width, height, 1
        self.app.get_tools_manager().get_tool("RenderToFile").take_image(self.view, parameters, path.as_posix())

    # actions

    def call_action(self, action: str) -> None:
        """As if a person pressed it; Cascadeur does not say what came of it."""
        self.app.get_action_manager().call_action(action)

    # the rig

    @property
    def is_rigging(self) -> bool:
        return self._scene_key in self._rigging

    def set_rig_mode(self, on: bool, keep_changes: bool) -> None:
        if on:
            import rig_mode.on as switch_on

            switch_on.run_raw(self.scene, [0.0, 0.5, 0.0])
            self._rigging.add(self._scene_key)
        else:
            import rig_mode.off as switch_off

            switch_off.run(self.scene, keep_changes)
            self._rigging.discard(self._scene_key)

    def rig_templates(self) -> dict[str, Path]:
        """What the Quick Rigging Tool can start from, by name."""
        # installed, this file lies in resources/scripts/python/patchbay_cascadeur
        for resources in (Path(__file__).parents[3], Path(sys.executable).parent / "resources"):
            folder = resources / "autorig_templates"
            if folder.is_dir():
                return {path.stem: path for path in sorted(folder.glob("*.qrigcasc"))}
        return {}

    def generate_rig(self, template: Path, autoposing: bool) -> None:
        """Crashes Cascadeur outside rig mode: the caller has looked."""
        editor = self.app.get_tools_manager().get_tool("RiggingToolWindowTool").editor(self.view)
        editor.open_quick_rigging_tool()
        editor.set_is_create_autoposing(autoposing)
        editor.load_template_by_fileName(template.as_posix())
        editor.generate_rig_elements()

    @property
    def _scene_key(self) -> str:
        return self.active_name() or ""


def _plain(value: Iterable[Any]) -> list[float]:
    """A vector of numpy's, or of anybody's, as numbers."""
    return list(_flat(value))


def _flat(value: Iterable[Any]) -> Iterator[float]:
    for item in value:
        if hasattr(item, "__iter__"):
            yield from _flat(item)
        else:
            yield float(item)
