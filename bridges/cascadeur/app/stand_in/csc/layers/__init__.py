"""csc.layers"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ..ids import Guid, ObjectId
from ..world import Scene, Section
from . import layer as layer


@dataclass
class Header:
    name: str
    id: Guid


class Layer:
    def __init__(self, scene: Scene, layer_id: str) -> None:
        self._scene, self._layer = scene, scene.document.layers[layer_id]

    @property
    def is_visible(self) -> bool:
        return self._layer.visible

    @property
    def is_locked(self) -> bool:
        return self._layer.locked

    @property
    def obj_ids(self) -> list[ObjectId]:
        return [ObjectId(thing.id) for thing in self._scene.members(self._layer)]

    @property
    def header(self) -> Header:
        return Header(self._layer.name, Guid(self._layer.id))

    def key_frame_indices(self) -> list[int]:
        return sorted(self._layer.sections)

    def is_key(self, frame: int) -> bool:
        return frame in self._layer.sections

    def section(self, frame: int) -> Section:
        """The one that the frame lies in; a copy, as `csc` gives it."""
        begun = max(one for one in self._layer.sections if one <= frame)
        return copy.deepcopy(self._layer.sections[begun])


class Viewer:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def all_layer_ids(self) -> list[Guid]:
        return [Guid(one) for one in self._scene.document.layers]

    def header(self, layer_id: Guid) -> Header:
        return self.layer(layer_id).header

    def layer(self, layer_id: Guid) -> Layer:
        return Layer(self._scene, layer_id.value)

    def root_id(self) -> Guid:
        return Guid("root")

    def default_layer_id(self) -> Guid:
        return Guid(self._scene.document.default_layer)

    def layer_id_by_obj_id_or_null(self, object_id: ObjectId) -> Guid:
        thing = self._scene.document.things.get(object_id.value)
        return Guid(thing.layer or "") if thing else Guid.null()

    def frames_count(self) -> int:
        return self._scene.document.frames


class Editor:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def create_layer(self, name: str, parent: Guid, pos: int | None = None) -> Guid:
        return Guid(self._scene.add_layer(name).id)

    def delete_layer(self, layer_id: Guid) -> None:
        del self._scene.document.layers[layer_id.value]

    def set_name(self, name: str, layer_id: Guid) -> None:
        self._layer(layer_id).name = name

    def set_visible_for_layer(self, visible: bool, layer_id: Guid) -> None:
        self._layer(layer_id).visible = visible

    def set_locked_for_layer(self, locked: bool, layer_id: Guid) -> None:
        self._layer(layer_id).locked = locked

    def set_fixed_interpolation_or_key_if_need(self, layer_id: Guid, frame: int, set_key: bool) -> bool:
        if set_key:
            self._scene.set_key(self._layer(layer_id), frame)
        return set_key

    def set_section(self, section: Section, pos: int, layer_id: Guid) -> None:
        self._scene.set_key(self._layer(layer_id), pos)
        self._layer(layer_id).sections[pos] = copy.deepcopy(section)

    def unset_section(self, pos: int, layer_id: Guid) -> None:
        self._scene.unset_key(self._layer(layer_id), pos)

    def change_section(self, frame: int, layer_id: Guid, change: Callable[[Section], None]) -> None:
        sections = self._layer(layer_id).sections
        change(sections[max(one for one in sections if one <= frame)])

    def normalize_sections(self, _scene: Any) -> None:
        """Nothing is out of order here."""

    def _layer(self, layer_id: Guid) -> Any:
        return self._scene.document.layers[layer_id.value]


@dataclass
class FramesInterval:
    first: int
    last: int


class Selector:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def set_full_selection_by_parts(self, layer_ids: Iterable[Guid], first: int, last: int) -> None:
        self._scene.interval = ([one.value for one in layer_ids], first, last)

    def all_included_layer_ids(self) -> list[Guid]:
        return [Guid(one) for one in self._scene.interval[0] if one in self._scene.document.layers]

    def selection(self) -> Selector:
        return self

    def frames_interval(self) -> FramesInterval:
        return FramesInterval(self._scene.interval[1], self._scene.interval[2])
