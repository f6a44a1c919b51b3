"""csc.model"""

from __future__ import annotations

import math as _math
from collections.abc import Iterable
from typing import Any

from . import layers, world
from .ids import BehaviourId, DataId, ObjectId
from .math import Rotation
from .world import Scene, Thing

__all__ = ["BehaviourId", "DataId", "ObjectId"]

_BEHAVIOURS = {
    "Joint": ["Basic", "Transform", "Joint"],
    "Point": ["Basic", "Transform", "Point"],
    "Box": ["Basic", "Transform", "BoxView"],
    "Mesh": ["Basic", "Transform"],
    "RigInfo": ["Basic", "RigInfo"],
}
# of a kind that the stand-in does not know
_ANY = ["Basic", "Transform"]
_TRANSFORM = ("global_position", "global_rotation", "local_position", "local_rotation")


class ModelViewer:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def get_objects(self, name: str | None = None) -> list[ObjectId]:
        things = self._scene.document.things.values()
        return [ObjectId(thing.id) for thing in things if name is None or thing.name == name]

    def get_object_name(self, object_id: ObjectId) -> str:
        return self._scene.document.things[object_id.value].name

    def get_object_type_name(self, object_id: ObjectId) -> str:
        return self._scene.document.things[object_id.value].type


class BehaviourViewer:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def get_behaviours(self, what: str | ObjectId) -> list[BehaviourId]:
        if isinstance(what, ObjectId):
            return [BehaviourId(f"{what.value}/{name}") for name in _BEHAVIOURS.get(self._thing(what).type, _ANY)]
        if not any(what in names for names in _BEHAVIOURS.values()):
            raise RuntimeError(f"no behaviour is called {what}")
        things = self._scene.document.things.values()
        return [BehaviourId(f"{thing.id}/{what}") for thing in things if what in _BEHAVIOURS.get(thing.type, _ANY)]

    def get_behaviour_owner(self, behaviour: BehaviourId) -> ObjectId:
        return ObjectId(behaviour.value.partition("/")[0])

    def get_behaviour_by_name(self, object_id: ObjectId, name: str) -> BehaviourId:
        there = name in _BEHAVIOURS.get(self._thing(object_id).type, _ANY)
        return BehaviourId(f"{object_id.value}/{name}" if there else "")

    def get_behaviour_object(self, behaviour: BehaviourId, name: str) -> ObjectId:
        thing = self._thing(self.get_behaviour_owner(behaviour))
        return ObjectId((thing.parent or "") if name == "parent" else "")

    def get_behaviour_data(self, behaviour: BehaviourId, name: str) -> DataId:
        owner, _, kind = behaviour.value.partition("/")
        there = (kind == "Transform" and name in _TRANSFORM) or (kind == "Joint" and name == "global_matrix")
        return DataId(f"{owner}/{name}" if there else "")

    def _thing(self, object_id: ObjectId) -> Thing:
        return self._scene.document.things[object_id.value]


class DataViewer:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def get_data_value(self, data: DataId, frame: int) -> Any:
        owner, _, name = data.value.partition("/")
        thing = self._scene.document.things[owner]
        if name == "global_matrix":
            x, y, z = self._scene.position(thing, frame)
            return [[1.0, 0.0, 0.0, x], [0.0, 1.0, 0.0, y], [0.0, 0.0, 1.0, z], [0.0, 0.0, 0.0, 1.0]]
        if name.endswith("rotation"):
            x, y, z = self._scene.rotation(thing, frame)
            return Rotation.from_euler(_math.radians(x), _math.radians(y), _math.radians(z))
        place = self._scene.position(thing, frame)
        parent = self._scene.document.things.get(thing.parent or "")
        if name == "global_position" or parent is None:
            return place
        return tuple(a - b for a, b in zip(place, self._scene.position(parent, frame), strict=True))


class DataEditor:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def set_data_value(self, data: DataId, frame: int, value: Any) -> None:
        owner, _, name = data.value.partition("/")
        thing = self._scene.document.things[owner]
        if name.endswith("rotation"):
            x, y, z = value.to_euler_angles()
            self._scene.turn(thing, frame, (_math.degrees(x), _math.degrees(y), _math.degrees(z)))
            return
        place = world.plain(value)
        parent = self._scene.document.things.get(thing.parent or "")
        if name == "local_position" and parent is not None:
            base = self._scene.position(parent, frame)
            place = (place[0] + base[0], place[1] + base[1], place[2] + base[2])
        self._scene.move(thing, frame, place)


class ModelEditor:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def data_editor(self) -> DataEditor:
        return DataEditor(self._scene)

    def layers_editor(self) -> layers.Editor:
        return layers.Editor(self._scene)

    def set_object_name(self, object_id: ObjectId, name: str) -> None:
        self._scene.document.things[object_id.value].name = name

    def set_parent(self, object_id: ObjectId, parent: ObjectId) -> None:
        self._scene.document.things[object_id.value].parent = parent.value or None

    def delete_objects(self, object_ids: Iterable[ObjectId]) -> None:
        things = self._scene.document.things
        for object_id in object_ids:
            gone = things.pop(object_id.value)
            for thing in things.values():
                thing.parent = None if thing.parent == gone.id else thing.parent
                thing.controller = None if thing.controller == gone.id else thing.controller
        self._scene.selected = [one for one in self._scene.selected if one in things]

    def move_objects_to_layer(self, object_ids: Iterable[ObjectId], layer_id: Any) -> None:
        layer = self._scene.document.layers[layer_id.value]
        for object_id in object_ids:
            thing = self._scene.document.things[object_id.value]
            if thing.positions:
                thing.positions = {frame: self._scene.position(thing, frame) for frame in layer.sections}
            if thing.rotations:
                thing.rotations = {frame: self._scene.rotation(thing, frame) for frame in layer.sections}
            thing.layer = layer.id

    def fit_animation_size_by_layers(self) -> None:
        self._scene.fit()
