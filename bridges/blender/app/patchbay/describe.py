# SPDX-License-Identifier: GPL-3.0-or-later
"""What an object is like, read back from Blender: the shapes that commands answer."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import bpy

from . import surfaces
from .animation import keyframes_of
from .bounds import bounds_of, size_of
from .rotation import rotation_of
from .values import degrees, tidy, triple

_TYPES = {
    "MESH": "mesh",
    "CURVE": "curve",
    "SURFACE": "curve",
    "FONT": "text",
    "EMPTY": "empty",
    "LIGHT": "light",
    "CAMERA": "camera",
    "ARMATURE": "armature",
}


def summary(thing: Any) -> dict[str, Any]:
    """`ObjectSummary` of the manifest. The view layer has to be up to date."""
    return _summary(thing, [collection.name for collection in thing.users_collection])


def summaries(things: Iterable[Any]) -> list[dict[str, Any]]:
    """Of many: an object that is asked for its collections looks through all that they hold."""
    root = bpy.context.scene.collection
    within: dict[str, list[str]] = {}
    for collection in (root, *root.children_recursive):
        for name in collection.objects.keys():  # noqa: SIM118 - of a collection of Blender's, not a dictionary
            within.setdefault(name, []).append(collection.name)
    return [_summary(thing, within.get(thing.name, [])) for thing in things]


def _summary(thing: Any, collections: list[str]) -> dict[str, Any]:
    return {
        "name": thing.name,
        "type": _TYPES.get(thing.type, "other"),
        "location": triple(thing.location),
        "rotation": degrees(rotation_of(thing)),
        "scale": triple(thing.scale),
        "dimensions": triple(size_of(thing)),
        "parent": thing.parent.name if thing.parent else None,
        "collections": sorted(collections),
        "materials": [slot.material.name for slot in thing.material_slots if slot.material],
        "visible": visible(thing),
    }


def details(thing: Any) -> dict[str, Any]:
    """`ObjectDetails` of the manifest."""
    bounds = bounds_of(thing)
    return {
        **summary(thing),
        "children": sorted(child.name for child in thing.children),
        "material_details": [surfaces.describe(slot.material) for slot in thing.material_slots if slot.material],
        "modifiers": modifiers(thing),
        "keyframes": keyframes_of(thing),
        "mesh": _mesh(thing),
        "light": light(thing.data) if thing.type == "LIGHT" else None,
        "camera": camera(thing) if thing.type == "CAMERA" else None,
        "text": thing.data.body if thing.type == "FONT" else None,
        "bounds": {"min": triple(bounds.low), "max": triple(bounds.high)},
    }


def light(data: Any) -> dict[str, Any]:
    """`LightDetails` of the manifest."""
    if data.type == "SUN":
        size = math.degrees(data.angle)
    else:
        size = data.size if data.type == "AREA" else data.shadow_soft_size
    return {
        "type": data.type.lower(),
        "energy": tidy(data.energy),
        "color": triple(data.color),
        "size": tidy(round(size, 4)),
        "spot_angle": tidy(round(math.degrees(data.spot_size), 4)) if data.type == "SPOT" else None,
    }


def camera(thing: Any) -> dict[str, Any]:
    """`CameraDetails` of the manifest."""
    return {"focal_length": tidy(thing.data.lens), "active": bpy.context.scene.camera == thing}


def modifiers(thing: Any) -> list[dict[str, str]]:
    return [{"name": modifier.name, "type": modifier_type(modifier)} for modifier in thing.modifiers]


def modifier_type(modifier: Any) -> str:
    return {"SUBSURF": "subdivision"}.get(modifier.type, modifier.type.lower())


def visible(thing: Any) -> bool:
    """In the viewport and in renders."""
    if thing.hide_render or thing.hide_viewport:
        return False
    try:
        return not thing.hide_get()
    except RuntimeError:
        # its collections are left out of the view layer
        return False


def _mesh(thing: Any) -> dict[str, int] | None:
    if thing.type != "MESH":
        return None
    mesh = thing.data
    return {"vertices": len(mesh.vertices), "edges": len(mesh.edges), "faces": len(mesh.polygons)}
