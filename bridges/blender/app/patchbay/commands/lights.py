# SPDX-License-Identifier: GPL-3.0-or-later
"""Lights."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import bpy
from mathutils import Vector

from .. import describe
from ..arguments import choice, color, may, name, needs, number, vector
from ..bounds import bounds_of
from ..errors import invalid
from ..execution import Call, Command
from ..lookup import find_object, find_typed
from ..rotation import face

TYPES = ("point", "sun", "spot", "area")
DEFAULT_ENERGY = {"point": 1000.0, "spot": 1000.0, "area": 500.0, "sun": 3.0}

# Of the way up, how far a light over an object also goes to the right and to the front, so that its sides show.
_ASIDE = Vector((0.35, -0.5, 0.0))


def create_light(call: Call) -> dict[str, Any]:
    a = call.args
    bpy.context.view_layer.update()
    above = None if a.above is None else find_object(a.above)
    aim = above if a.target is None else find_object(a.target)
    _check_spot(a, a.type)
    place, point = _place(a, above), None if aim is None else bounds_of(aim).middle
    label = a.name or a.type.title()
    with call.change(f"Create {label}"):
        thing = make(a.type, label)
        bpy.context.collection.objects.link(thing)
        thing.location = place
        _adjust(thing.data, a)
        bpy.context.view_layer.update()
        face(thing, place - Vector((0, 0, 1)) if point is None else point)
    return _summary(thing)


def make(kind: str, label: str) -> Any:
    """A light of that kind with its default energy, in no collection yet."""
    data = bpy.data.lights.new(label, kind.upper())
    data.energy = DEFAULT_ENERGY[kind]
    if kind == "area":
        data.size = 1.0
    return bpy.data.objects.new(label, data)


def update_light(call: Call) -> dict[str, Any]:
    a = call.args
    thing = find_typed(a.object, "LIGHT")
    _check_spot(a, a.type or thing.data.type.lower())
    previous = _previous(thing, a)
    with call.change(f"Update {thing.name}"):
        if a.type is not None:
            thing.data.type = a.type.upper()
        # another type is another kind of data in Python
        _adjust(thing.data, a)
        if a.factor is not None:
            thing.data.energy *= a.factor
    return {**_summary(thing), "previous": previous}


def _previous(thing: Any, a: SimpleNamespace) -> dict[str, Any]:
    """What brings back what this changes, and nothing else."""
    light = describe.light(thing.data)
    previous: dict[str, Any] = {"object": thing.name}
    for given, field in (
        (a.type, "type"),
        (a.factor if a.energy is None else a.energy, "energy"),
        (a.color, "color"),
        (a.size, "size"),
        (a.spot_angle, "spot_angle"),
    ):
        if given is not None and light[field] is not None:
            previous[field] = light[field]
    return previous


def _place(a: SimpleNamespace, above: Any) -> Vector:
    if a.location is not None:
        return Vector(a.location)
    if above is None:
        return Vector((0, 0, a.distance))
    bounds = bounds_of(above)
    top = Vector((bounds.middle.x, bounds.middle.y, bounds.high.z))
    return top + Vector((0, 0, a.distance)) + _ASIDE * a.distance


def _adjust(data: Any, a: SimpleNamespace) -> None:
    if a.energy is not None:
        data.energy = a.energy
    if a.color is not None:
        data.color = a.color
    if a.size is not None:
        if data.type == "SUN":
            data.angle = math.radians(min(a.size, 180.0))
        elif data.type == "AREA":
            data.size = a.size
        else:
            data.shadow_soft_size = a.size
    if a.spot_angle is not None:
        data.spot_size = math.radians(a.spot_angle)


def _check_spot(a: SimpleNamespace, kind: str) -> None:
    if a.spot_angle is not None and kind != "spot":
        raise invalid(f"a {kind} light has no cone: only spots do", "spot_angle")


def _summary(thing: Any) -> dict[str, Any]:
    return {**describe.summary(thing), "light": describe.light(thing.data)}


_ADJUSTMENTS = {
    "energy": may(number(0, 1e9)),
    "size": may(number(0, 1e4)),
    "spot_angle": may(number(1, 180)),
}

COMMANDS = {
    "create_light": Command(
        create_light,
        {
            **_ADJUSTMENTS,
            "type": may(choice(*TYPES), "point"),
            "name": may(name),
            "location": may(vector),
            "above": may(name),
            "distance": may(number(0, 1e5, above=True), 4.0),
            "target": may(name),
            "color": may(color, (1.0, 1.0, 1.0)),
        },
    ),
    "update_light": Command(
        update_light,
        {
            **_ADJUSTMENTS,
            "object": needs(name),
            "type": may(choice(*TYPES)),
            "factor": may(number(0, 1e6, above=True)),
            "color": may(color),
        },
    ),
}
