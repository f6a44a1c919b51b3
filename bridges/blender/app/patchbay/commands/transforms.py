# SPDX-License-Identifier: GPL-3.0-or-later
"""Moving, turning and scaling."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import bpy
from mathutils import Vector

from .. import describe
from ..arguments import choice, may, name, needs, number, vector
from ..beside import SIDES, put_beside
from ..bounds import bounds_of
from ..errors import invalid
from ..execution import Call, Command
from ..lookup import find_object
from ..rotation import angles_of, face, radians, rotate_to, rotation_of

# As Blender's views show it: the front view looks along +y.
DIRECTIONS = {
    "up": (0, 0, 1),
    "down": (0, 0, -1),
    "left": (-1, 0, 0),
    "right": (1, 0, 0),
    "forward": (0, -1, 0),
    "back": (0, 1, 0),
}


def transform_object(call: Call) -> dict[str, Any]:
    a = call.args
    thing = find_object(a.object)
    if a.near == thing.name:
        raise invalid(f"'{thing.name}' cannot stand next to itself", "near")
    near = None if a.near is None else find_object(a.near)
    previous = _previous(thing, a)
    with call.change(f"Transform {thing.name}"):
        if a.location is not None:
            thing.location = a.location
        if a.offset is not None:
            thing.location += Vector(a.offset)
        if a.direction is not None:
            thing.location += Vector(DIRECTIONS[a.direction]) * a.distance
        angles = rotation_of(thing) if a.rotation is None else radians(a.rotation)
        if a.angle is not None:
            angles["xyz".index(a.axis)] += math.radians(a.angle)
        if a.rotation is not None or a.angle is not None:
            rotate_to(thing, angles)
        if a.scale is not None:
            thing.scale = a.scale
        if a.factor is not None:
            thing.scale *= a.factor
        if near is not None:
            put_beside(thing, near, a.side, a.gap)
    return {**describe.summary(thing), "previous": previous}


def _previous(thing: Any, a: SimpleNamespace) -> dict[str, Any]:
    """What brings back what this changes, and nothing else."""
    previous: dict[str, Any] = {"object": thing.name}
    if any(each is not None for each in (a.location, a.offset, a.direction, a.near)):
        previous["location"] = list(thing.location)
    if a.rotation is not None or a.angle is not None:
        previous["rotation"] = angles_of(thing)
    if a.scale is not None or a.factor is not None:
        previous["scale"] = list(thing.scale)
    return previous


def look_at(call: Call) -> dict[str, Any]:
    a = call.args
    thing = find_object(a.object)
    if (a.target is None) == (a.point is None):
        raise invalid("needs either a target or a point", "target")
    if a.target == thing.name:
        raise invalid(f"'{thing.name}' cannot face itself", "target")
    bpy.context.view_layer.update()
    point = Vector(a.point) if a.target is None else bounds_of(find_object(a.target)).middle
    previous = {"object": thing.name, "rotation": angles_of(thing)}
    with call.change(f"Aim {thing.name}"):
        face(thing, point)
    return {**describe.summary(thing), "previous": previous}


COMMANDS = {
    "transform_object": Command(
        transform_object,
        {
            "object": needs(name),
            "location": may(vector),
            "rotation": may(vector),
            "scale": may(vector),
            "offset": may(vector),
            "direction": may(choice(*DIRECTIONS)),
            "distance": may(number(-1e6, 1e6), 1.0),
            "angle": may(number(-36_000, 36_000)),
            "axis": may(choice("x", "y", "z"), "z"),
            "factor": may(number(0, 1e4, above=True)),
            "near": may(name),
            "side": may(choice(*SIDES), "right"),
            "gap": may(number(0, 1e6)),
        },
    ),
    "look_at": Command(look_at, {"object": needs(name), "target": may(name), "point": may(vector)}),
}
