# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts one object next to another, box to box."""

from __future__ import annotations

from typing import Any

import bpy
from mathutils import Matrix, Vector

from .bounds import bounds_of

# The axis and the direction on it; left and right are as seen from the front.
_SIDES: dict[str, tuple[int, int]] = {
    "on": (2, 1),
    "above": (2, 1),
    "below": (2, -1),
    "left": (0, -1),
    "right": (0, 1),
    "front": (1, -1),
    "behind": (1, 1),
    "inside": (2, 0),
}
SIDES = tuple(_SIDES)
_GAP = 0.5


def put_beside(thing: Any, other: Any, side: str, gap: float | None) -> None:
    """In the middle of that side; what stands next to it stands on the same ground. The gap is in metres."""
    bpy.context.view_layer.update()
    own, its = bounds_of(thing), bounds_of(other)
    axis, direction = _SIDES[side]
    shift = its.middle - own.middle
    if axis != 2:
        shift.z = its.low.z - own.low.z
    space = gap if gap is not None else 0.0 if side in ("on", "inside") else _GAP
    if direction > 0:
        shift[axis] = its.high[axis] + space - own.low[axis]
    elif direction < 0:
        shift[axis] = its.low[axis] - space - own.high[axis]
    _move(thing, shift)


def _move(thing: Any, shift: Vector) -> None:
    """In the world, whatever its parent is."""
    if thing.parent is None:
        thing.location += shift
    else:
        thing.matrix_world = Matrix.Translation(shift) @ thing.matrix_world
