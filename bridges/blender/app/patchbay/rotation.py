# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotations as XYZ Euler angles, whatever an object keeps them as."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from mathutils import Euler, Matrix, Quaternion, Vector


def rotation_of(thing: Any) -> Euler:
    """In radians."""
    if thing.rotation_mode == "QUATERNION":
        return thing.rotation_quaternion.to_euler("XYZ")
    if thing.rotation_mode == "AXIS_ANGLE":
        angle, *axis = thing.rotation_axis_angle
        return Quaternion(axis, angle).to_euler("XYZ")
    if thing.rotation_mode == "XYZ":
        return thing.rotation_euler.copy()
    return thing.rotation_euler.to_quaternion().to_euler("XYZ")


def angles_of(thing: Any) -> list[float]:
    """In degrees, as exactly as Blender has them."""
    return [math.degrees(angle) for angle in rotation_of(thing)]


def rotate_to(thing: Any, angles: Sequence[float]) -> None:
    """Sets the rotation in radians; from then on the object keeps XYZ Euler angles."""
    thing.rotation_mode = "XYZ"
    thing.rotation_euler = angles


def radians(angles: Sequence[float]) -> list[float]:
    return [math.radians(angle) for angle in angles]


def face(thing: Any, point: Vector) -> None:
    """Turns it towards a point in the world: cameras and lights look along -z, other things along -y."""
    location, _, scale = thing.matrix_world.decompose()
    direction = point - location
    if direction.length < 1e-9:
        return
    if thing.type in {"CAMERA", "LIGHT"}:
        turned = direction.to_track_quat("-Z", "Y")
    else:
        turned = direction.to_track_quat("-Y", "Z")
    if thing.parent is None:
        rotate_to(thing, turned.to_euler("XYZ"))
    else:
        thing.rotation_mode = "XYZ"
        thing.matrix_world = Matrix.LocRotScale(location, turned, scale)
