# SPDX-License-Identifier: GPL-3.0-or-later
"""The context that operators want: a timer has no window, and a Blender in the background has none at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy


def window() -> Any:
    """The window that the artist works in, or None in the background."""
    if bpy.app.background:
        return None
    windows = bpy.context.window_manager.windows
    return bpy.context.window or (windows[0] if len(windows) else None)


def viewport() -> Any:
    """The area of a 3D viewport, or None where none is open."""
    found = window()
    areas = [] if found is None else [area for area in found.screen.areas if area.type == "VIEW_3D"]
    return max(areas, key=lambda area: area.width * area.height, default=None)


@contextmanager
def in_window() -> Iterator[None]:
    """For operators that ask for a window or a viewport."""
    found = window()
    if found is None:
        yield
        return
    area = viewport() or found.screen.areas[0]
    region = next((region for region in area.regions if region.type == "WINDOW"), area.regions[0])
    with bpy.context.temp_override(window=found, area=area, region=region):
        yield


def in_other_mode() -> bool:
    """Whether the artist is in Edit Mode, or in one of its like."""
    active = bpy.context.view_layer.objects.active
    return active is not None and active.mode != "OBJECT"


def object_mode() -> None:
    """Leaves Edit Mode and its like: what is done there is not in the object yet, and undo works otherwise."""
    with in_window():
        if in_other_mode():
            bpy.ops.object.mode_set(mode="OBJECT")
