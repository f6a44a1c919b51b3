# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a camera has to be to see all of something."""

from __future__ import annotations

import math
from typing import Any

import bpy
from mathutils import Vector

from .bounds import Bounds

# Of the picture's smaller side, how much the target may fill.
_FILL = 0.8


def distance_to_frame(camera: Any, radius: float, size: tuple[int, int] | None = None) -> float:
    """In metres from the middle of a sphere, so that it is in the picture, whichever side is the smaller.

    `size` is the picture's, in pixels; else the scene's.
    """
    return max(radius, 0.5) / math.sin(math.atan(min(_slopes(camera, size)) * _FILL))


def distance_to_fit(camera: Any, bounds: Bounds, away: Vector, size: tuple[int, int] | None = None) -> float:
    """In metres from the middle of a box, along `away`, so that all of the box is in the picture, and fills it."""
    wide, high = _slopes(camera, size)
    right = Vector((0, 0, 1)).cross(away).normalized()
    up = away.cross(right)
    corners = [corner - bounds.middle for corner in bounds.corners]
    needed = [
        max(abs(corner.dot(right)) / (wide * _FILL), abs(corner.dot(up)) / (high * _FILL)) + corner.dot(away)
        for corner in corners
    ]
    return max(*needed, distance_to_frame(camera, 0.5, size))


def _slopes(camera: Any, size: tuple[int, int] | None) -> tuple[float, float]:
    """How far the picture goes to each side and up, a metre away; the sensor's width lies along the longer edge."""
    render = bpy.context.scene.render
    width, height = size or (render.resolution_x, render.resolution_y)
    aspect = (width * render.pixel_aspect_x) / (height * render.pixel_aspect_y)
    most = camera.sensor_width / 2 / camera.lens
    return (most, most / aspect) if aspect >= 1 else (most * aspect, most)


def reach(camera: Any, distance: float) -> None:
    """Lets the camera see so far."""
    camera.clip_end = max(camera.clip_end, distance * 2)
