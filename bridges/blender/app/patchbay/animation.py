# SPDX-License-Identifier: GPL-3.0-or-later
"""Keyframes: where each property that can be animated lives in Blender, and the curves that move it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from . import compat, surfaces
from .errors import failed
from .values import tidy

# Properties by their shape of value.
VECTORS = ("location", "rotation", "scale", "color")
NUMBERS = ("energy", "focal_length")
PROPERTIES = (*VECTORS, *NUMBERS, "visible")

# Blender's numbers for what its Python otherwise names.
_INTERPOLATIONS = {"constant": 0, "linear": 1, "bezier": 2}
_AUTO_CLAMPED = 4


@dataclass(frozen=True)
class Target:
    """The curves of one property: `owner.path[index]`, for each of `indices` (None for a single value)."""

    owner: Any
    path: str
    indices: Sequence[int | None]


def has(thing: Any, prop: str) -> bool:
    """Whether the object is of a type that has this property."""
    if prop == "energy":
        return bool(thing.type == "LIGHT")
    if prop == "focal_length":
        return bool(thing.type == "CAMERA")
    if prop == "color":
        return bool(thing.type == "LIGHT") or surfaces.can_have_material(thing)
    return True


def targets(thing: Any, prop: str) -> list[Target]:
    """What `prop` is in Blender; a colour's material is made where there is none."""
    xyz: Sequence[int | None] = (0, 1, 2)
    if prop == "rotation":
        return [Target(thing, "rotation_euler", xyz)]
    if prop in {"location", "scale"}:
        return [Target(thing, prop, xyz)]
    if prop == "visible":
        return [Target(thing, "hide_viewport", (None,)), Target(thing, "hide_render", (None,))]
    if prop == "energy":
        return [Target(thing.data, "energy", (None,))]
    if prop == "focal_length":
        return [Target(thing.data, "lens", (None,))]
    if thing.type == "LIGHT":
        return [Target(thing.data, "color", xyz)]
    material = surfaces.own_material(thing, None)
    socket = compat.principled_input(surfaces.principled(material), "color")
    return [Target(material.node_tree, socket.path_from_id("default_value"), xyz)]


def to_blender(prop: str, value: Any) -> Sequence[float]:
    """One number for each curve."""
    if prop == "rotation":
        return [math.radians(angle) for angle in value]
    if prop == "visible":
        return [0.0 if value else 1.0]
    return list(value) if prop in VECTORS else [value]


def set_keyframes(target: Target, frames: Sequence[tuple[int, Sequence[float]]], interpolation: str) -> None:
    """Sets keyframes to these values; `interpolation` is how each goes on to the next."""
    for position, index in enumerate(target.indices):
        curve = _curve(target, index, frames[0][0])
        # a later value for the same frame wins
        points = sorted({frame: values[position] for frame, values in frames}.items())
        if {point.co[0] for point in curve.keyframe_points} <= {frame for frame, _ in points}:
            _fill(curve, points, interpolation)
        else:
            for frame, value in points:
                curve.keyframe_points.insert(frame, value, options={"FAST"}).interpolation = interpolation.upper()
        curve.update()


def _fill(curve: Any, points: Sequence[tuple[int, float]], interpolation: str) -> None:
    """All at once: one by one, each keyframe costs as much as there are."""
    curve.keyframe_points.add(len(points) - len(curve.keyframe_points))
    curve.keyframe_points.foreach_set("co", [number for point in points for number in point])
    for attribute, value in (
        ("interpolation", _INTERPOLATIONS[interpolation]),
        ("handle_left_type", _AUTO_CLAMPED),
        ("handle_right_type", _AUTO_CLAMPED),
    ):
        curve.keyframe_points.foreach_set(attribute, [value] * len(points))


def clear(target: Target) -> bool:
    """Whether there was anything."""
    curves = [curve for curve in compat.fcurves(target.owner) if curve.data_path == target.path]
    for curve in curves:
        compat.remove_fcurve(target.owner, curve)
    return bool(curves)


def animated_owners(thing: Any) -> list[Any]:
    """The object, its data, and its materials' nodes: whatever may have curves."""
    owners = [thing, thing.data, getattr(thing.data, "node_tree", None)]
    owners += [slot.material.node_tree for slot in thing.material_slots if slot.material]
    return [owner for owner in owners if owner is not None and getattr(owner, "animation_data", None)]


def keyframes_of(thing: Any) -> list[float]:
    """The frames that have a keyframe of anything."""
    return frames_in(curve for owner in animated_owners(thing) for curve in compat.fcurves(owner))


def frames_in(curves: Iterable[Any]) -> list[float]:
    return sorted({tidy(point.co[0]) for curve in curves for point in curve.keyframe_points})


def _curve(target: Target, index: int | None, frame: int) -> Any:
    """The curve, made by a first keyframe where there is none: Blender then finds the action and slot for it."""
    number = index or 0
    existing = _find(target, number)
    if existing is not None:
        return existing
    if index is None:
        made = target.owner.keyframe_insert(target.path, frame=frame)
    else:
        made = target.owner.keyframe_insert(target.path, index=index, frame=frame)
    curve = _find(target, number) if made else None
    if curve is None:
        raise failed(f"Blender did not make a keyframe for {target.path}")
    return curve


def _find(target: Target, index: int) -> Any:
    for curve in compat.fcurves(target.owner):
        if curve.data_path == target.path and curve.array_index == index:
            return curve
    return None
