# SPDX-License-Identifier: GPL-3.0-or-later
"""Where objects are in the world, with their modifiers; `view_layer.update()` has to come first."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any, NamedTuple

import bpy
from mathutils import Vector

_WITHOUT_SHAPE = {"EMPTY", "LIGHT", "CAMERA", "SPEAKER", "LIGHT_PROBE"}


class Bounds(NamedTuple):
    low: Vector
    high: Vector

    @property
    def middle(self) -> Vector:
        return (self.low + self.high) / 2

    @property
    def corners(self) -> list[Vector]:
        return [Vector(each) for each in product(*zip(self.low, self.high, strict=True))]

    @property
    def radius(self) -> float:
        """Of the sphere around it."""
        return (self.high - self.low).length / 2


def has_shape(thing: Any) -> bool:
    return thing.type not in _WITHOUT_SHAPE


def bounds_of(thing: Any) -> Bounds:
    """Of its shape; where it has none, of its descendants' shapes, or the point where it stands."""
    if has_shape(thing):
        return around(_corners(thing))
    shapes = [child for child in thing.children_recursive if has_shape(child)]
    corners = [corner for child in shapes for corner in _corners(child)]
    return around(corners or [thing.matrix_world.translation.copy()])


def bounds_of_scene() -> Bounds:
    """Of everything that renders show; the point of origin in an empty scene."""
    shapes = [thing for thing in bpy.context.scene.objects if has_shape(thing) and not thing.hide_render]
    return around([corner for thing in shapes for corner in _corners(thing)] or [Vector((0, 0, 0))])


def around(points: Iterable[Vector]) -> Bounds:
    columns = list(zip(*points, strict=True))
    return Bounds(Vector([min(column) for column in columns]), Vector([max(column) for column in columns]))


def _corners(thing: Any) -> list[Vector]:
    return [thing.matrix_world @ corner for corner in _local_corners(thing)]


def size_of(thing: Any) -> list[float]:
    """The edges of its own bounding box, scaled."""
    if not has_shape(thing):
        return [0.0, 0.0, 0.0]
    low, high = around(_local_corners(thing))
    return [abs(edge * factor) for edge, factor in zip(high - low, thing.matrix_world.to_scale(), strict=True)]


def _local_corners(thing: Any) -> list[Vector]:
    evaluated = thing.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return _curve_points(evaluated) or [Vector(corner) for corner in evaluated.bound_box]


def _curve_points(evaluated: Any) -> list[Vector]:
    """Where a curve goes: in newer versions its bounding box also holds a radius that only bevels use."""
    if evaluated.type not in {"CURVE", "SURFACE"}:
        return []
    mesh = evaluated.to_mesh()
    points = [] if mesh is None else [vertex.co.copy() for vertex in mesh.vertices]
    evaluated.to_mesh_clear()
    return points
