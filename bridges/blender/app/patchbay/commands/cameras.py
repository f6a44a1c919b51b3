# SPDX-License-Identifier: GPL-3.0-or-later
"""Cameras."""

from __future__ import annotations

from typing import Any

import bpy
from mathutils import Vector

from .. import describe
from ..arguments import boolean, may, name, needs, number, vector
from ..bounds import Bounds, bounds_of, bounds_of_scene
from ..execution import Call, Command
from ..framing_shot import distance_to_fit, distance_to_frame, reach
from ..lookup import find_object, find_typed
from ..rotation import face

# From the target to the camera, where nobody says: to the front, the right and above.
FROM = Vector((0.75, -1.0, 0.55)).normalized()


def create_camera(call: Call) -> dict[str, Any]:
    a = call.args
    bpy.context.view_layer.update()
    bounds = bounds_of_scene() if a.target is None else bounds_of(find_object(a.target))
    label = a.name or "Camera"
    looked_through = bpy.context.scene.camera
    with call.change(f"Create {label}"):
        thing = make(label, a.focal_length)
        bpy.context.collection.objects.link(thing)
        if a.location is None and a.target is None:
            _fit(thing, bounds)
        elif a.location is None:
            _frame(thing, bounds)
        else:
            thing.location = a.location
            _aim(thing, bounds)
        if a.active:
            bpy.context.scene.camera = thing
    previous: dict[str, Any] = {"remove": [thing.name]}
    if a.active and looked_through is not None:
        previous["active_camera"] = looked_through.name
    return {**describe.summary(thing), "camera": describe.camera(thing), "previous": previous}


def add_active_camera(size: tuple[int, int]) -> Any:
    """For a scene without any: it sees everything, in a picture of this size in pixels."""
    bpy.context.view_layer.update()
    thing = make("Camera", 50.0)
    bpy.context.scene.collection.objects.link(thing)
    _fit(thing, bounds_of_scene(), size)
    bpy.context.scene.camera = thing
    return thing


def _frame(thing: Any, bounds: Bounds) -> None:
    thing.location = bounds.middle + FROM * distance_to_frame(thing.data, bounds.radius)
    _aim(thing, bounds)


def _fit(thing: Any, bounds: Bounds, size: tuple[int, int] | None = None) -> None:
    thing.location = bounds.middle + FROM * distance_to_fit(thing.data, bounds, FROM, size)
    _aim(thing, bounds)


def _aim(thing: Any, bounds: Bounds) -> None:
    reach(thing.data, (thing.location - bounds.middle).length + bounds.radius)
    bpy.context.view_layer.update()
    face(thing, bounds.middle)


def make(label: str, focal_length: float) -> Any:
    """A camera in no collection yet."""
    data = bpy.data.cameras.new(label)
    data.lens = focal_length
    return bpy.data.objects.new(label, data)


def set_active_camera(call: Call) -> dict[str, Any]:
    thing = find_typed(call.args.camera, "CAMERA", "camera")
    before = bpy.context.scene.camera
    with call.change(f"Use camera {thing.name}"):
        bpy.context.scene.camera = thing
    return {"name": thing.name, **({} if before is None else {"previous": {"camera": before.name}})}


COMMANDS = {
    "create_camera": Command(
        create_camera,
        {
            "name": may(name),
            "location": may(vector),
            "target": may(name),
            "focal_length": may(number(1, 5000), 50.0),
            "active": may(boolean, True),
        },
    ),
    "set_active_camera": Command(set_active_camera, {"camera": needs(name)}),
}
