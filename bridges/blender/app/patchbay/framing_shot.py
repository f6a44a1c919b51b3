# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a camera has to be to see all of something."""

from __future__ import annotations

import math
from typing import Any

import bpy

# Of the picture's smaller side, how much the target may fill.
_FILL = 0.8


def distance_to_frame(camera: Any, radius: float, size: tuple[int, int] | None = None) -> float:
    """In metres from the middle of a sphere, so that it is in the picture, whichever side is the smaller.

    `size` is the picture's, in pixels; else the scene's.
    """
    render = bpy.context.scene.render
    width, height = size or (render.resolution_x, render.resolution_y)
    aspect = (width * render.pixel_aspect_x) / (height * render.pixel_aspect_y)
    wide = camera.sensor_width / 2 / camera.lens
    narrow = wide / aspect if aspect >= 1 else wide * aspect
    return max(radius, 0.5) / math.sin(math.atan(narrow * _FILL))


def reach(camera: Any, distance: float) -> None:
    """Lets the camera see so far."""
    camera.clip_end = max(camera.clip_end, distance * 2)
