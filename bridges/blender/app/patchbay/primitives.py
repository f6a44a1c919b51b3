# SPDX-License-Identifier: GPL-3.0-or-later
"""The shapes that `create_object` makes, as data without operators: they work in every mode and without a window."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import bmesh
import bpy
from mathutils import Matrix

# Round shapes that look wrong when every facet shows.
_SMOOTH = {"sphere", "torus"}

_Builder = Callable[[Any, float, int], None]


def make(kind: str, name: str, size: float, segments: int | None, text: str | None) -> Any:
    """An object of that kind, in no collection yet. `size`: edge or diameter in metres."""
    if kind == "empty":
        thing = bpy.data.objects.new(name, None)
        thing.empty_display_size = size / 2
        return thing
    if kind == "text":
        data = bpy.data.curves.new(name, "FONT")
        data.body = "Text" if text is None else text
        data.size = size / 2
        data.extrude = size / 40
        data.align_x = "CENTER"
        return bpy.data.objects.new(name, data)
    if kind in _MESHES:
        return bpy.data.objects.new(name, _mesh(kind, name, size, segments))
    return bpy.data.objects.new(name, _curve(kind, name, size, segments))


def _mesh(kind: str, name: str, size: float, segments: int | None) -> Any:
    builder, default = _MESHES[kind]
    mesh = bpy.data.meshes.new(name)
    shape = bmesh.new()
    try:
        # without this layer the builders have nowhere to put how an image lies on the surface
        shape.loops.layers.uv.new("UVMap")
        builder(shape, size, segments or default)
        for face in shape.faces:
            face.smooth = kind in _SMOOTH
        shape.to_mesh(mesh)
    finally:
        shape.free()
    return mesh


def _cube(shape: Any, size: float, _segments: int) -> None:
    bmesh.ops.create_cube(shape, size=size, calc_uvs=True)


def _sphere(shape: Any, size: float, segments: int) -> None:
    rings = max(segments // 2, 3)
    bmesh.ops.create_uvsphere(shape, u_segments=segments, v_segments=rings, radius=size / 2, calc_uvs=True)


def _icosphere(shape: Any, size: float, segments: int) -> None:
    # an icosahedron has five sides around, and each subdivision doubles them
    subdivisions = min(max(round(math.log2(segments / 5)) + 1, 1), 7)
    bmesh.ops.create_icosphere(shape, subdivisions=subdivisions, radius=size / 2, calc_uvs=True)


def _plane(shape: Any, size: float, _segments: int) -> None:
    bmesh.ops.create_grid(shape, x_segments=1, y_segments=1, size=size / 2, calc_uvs=True)


def _grid(shape: Any, size: float, segments: int) -> None:
    bmesh.ops.create_grid(shape, x_segments=segments, y_segments=segments, size=size / 2, calc_uvs=True)


def _circle(shape: Any, size: float, segments: int) -> None:
    bmesh.ops.create_circle(shape, cap_ends=True, segments=segments, radius=size / 2, calc_uvs=True)


def _cylinder(shape: Any, size: float, segments: int) -> None:
    radius = size / 2
    bmesh.ops.create_cone(
        shape, cap_ends=True, segments=segments, radius1=radius, radius2=radius, depth=size, calc_uvs=True
    )


def _cone(shape: Any, size: float, segments: int) -> None:
    bmesh.ops.create_cone(
        shape, cap_ends=True, segments=segments, radius1=size / 2, radius2=0, depth=size, calc_uvs=True
    )


def _monkey(shape: Any, size: float, _segments: int) -> None:
    bmesh.ops.create_monkey(shape, matrix=Matrix.Scale(size / 2, 4), calc_uvs=True)


def _torus(shape: Any, size: float, segments: int) -> None:
    """`size` is the outer diameter; the tube is a fifth of the radius."""
    around, across = segments, max(segments // 4, 3)
    tube = size / 10
    ring = size / 2 - tube
    layer = shape.loops.layers.uv.active
    vertices = []
    for i in range(around):
        angle = 2 * math.pi * i / around
        for j in range(across):
            turn = 2 * math.pi * j / across
            reach = ring + tube * math.cos(turn)
            vertices.append(shape.verts.new((reach * math.cos(angle), reach * math.sin(angle), tube * math.sin(turn))))
    for i in range(around):
        for j in range(across):
            corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]
            face = shape.faces.new([vertices[(u % around) * across + v % across] for u, v in corners])
            for loop, (u, v) in zip(face.loops, corners, strict=True):
                loop[layer].uv = (u / around, v / across)


# Each with its default number of segments.
_MESHES: dict[str, tuple[_Builder, int]] = {
    "cube": (_cube, 1),
    "sphere": (_sphere, 32),
    "icosphere": (_icosphere, 10),
    "plane": (_plane, 1),
    "circle": (_circle, 32),
    "cylinder": (_cylinder, 32),
    "cone": (_cone, 32),
    "torus": (_torus, 48),
    "grid": (_grid, 10),
    "monkey": (_monkey, 1),
}


def _curve(kind: str, name: str, size: float, segments: int | None) -> Any:
    data = bpy.data.curves.new(name, "CURVE")
    data.dimensions = "3D"
    if segments is not None:
        data.resolution_u = segments
    reach = size / 2
    if kind == "curve":
        _bezier(data, [((-reach, 0), (-reach / 2, reach / 2)), ((reach, 0), (reach * 1.5, 0))], closed=False)
    elif kind == "bezier_circle":
        # the length of a handle that makes four curves nearly a circle
        bend = reach * 4 / 3 * (math.sqrt(2) - 1)
        points = [
            ((-reach, 0), (-reach, bend)),
            ((0, reach), (bend, reach)),
            ((reach, 0), (reach, -bend)),
            ((0, -reach), (-bend, -reach)),
        ]
        _bezier(data, points, closed=True)
    elif kind == "nurbs_curve":
        _nurbs(data, [(-reach, 0), (-reach / 2, reach), (reach / 2, reach), (reach, 0)], closed=False)
    elif kind == "nurbs_circle":
        corners = [(-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)]
        spline = _nurbs(data, [(x * reach, y * reach) for x, y in corners], closed=True)
        # the weights that make it a true circle
        for point, (x, y) in zip(spline.points, corners, strict=True):
            point.co[3] = math.sqrt(2) / 4 if x and y else 1.0
    else:
        spline = _nurbs(data, [(reach * x, 0) for x in (-1, -0.5, 0, 0.5, 1)], closed=False)
        spline.order_u = 5
        data.use_path = True
    return data


def _bezier(data: Any, points: list[tuple[tuple[float, float], tuple[float, float]]], *, closed: bool) -> None:
    """Each point is where it lies and where its right handle does; the left one is opposite."""
    spline = data.splines.new("BEZIER")
    spline.bezier_points.add(len(points) - 1)
    spline.use_cyclic_u = closed
    for point, ((x, y), (right_x, right_y)) in zip(spline.bezier_points, points, strict=True):
        point.co = (x, y, 0)
        point.handle_left_type = point.handle_right_type = "ALIGNED"
        point.handle_right = (right_x, right_y, 0)
        point.handle_left = (2 * x - right_x, 2 * y - right_y, 0)


def _nurbs(data: Any, points: list[tuple[float, float]], *, closed: bool) -> Any:
    spline = data.splines.new("NURBS")
    spline.points.add(len(points) - 1)
    for point, (x, y) in zip(spline.points, points, strict=True):
        point.co = (x, y, 0, 1)
    spline.use_cyclic_u = closed
    spline.use_endpoint_u = not closed
    spline.order_u = 4
    return spline
