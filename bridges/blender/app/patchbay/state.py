# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender looks like now: `SceneState` of the manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from . import compat, describe
from .history import history
from .rendering import size_of
from .values import tidy


def snapshot() -> dict[str, Any]:
    scene = bpy.context.scene
    bpy.context.view_layer.update()
    return {
        "file": file_info(),
        "scenes": [
            {"name": each.name, "active": each == scene, "objects": len(each.objects)} for each in bpy.data.scenes
        ],
        "objects": {summary["name"]: summary for summary in describe.summaries(scene.objects)},
        "collections": collections(scene),
        "active_camera": scene.camera.name if scene.camera else None,
        "timeline": timeline(scene),
        "render": render_settings(scene),
    }


def render_settings(scene: Any) -> dict[str, Any]:
    width, height = size_of(scene)
    return {"engine": engine_of(scene), "width": width, "height": height, "samples": samples_of(scene)}


def file_info() -> dict[str, Any]:
    return {"name": Path(bpy.data.filepath).name if bpy.data.filepath else None, "dirty": history.dirty}


def collections(scene: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def walk(collection: Any, parent: str | None) -> None:
        for child in collection.children:
            found[child.name] = {"parent": parent, "objects": sorted(thing.name for thing in child.objects)}
            walk(child, child.name)

    walk(scene.collection, None)
    return found


def timeline(scene: Any) -> dict[str, Any]:
    return {
        "fps": tidy(round(scene.render.fps / scene.render.fps_base, 4)),
        "start": scene.frame_start,
        "end": scene.frame_end,
        "current": scene.frame_current,
    }


def engine_of(scene: Any) -> str:
    """Patchbay's name of the scene's engine; another vendor's is told as Eevee, which every Blender has."""
    ids = {engine: name for name, engine in compat.ENGINES.items()}
    return ids.get(scene.render.engine, "eevee")


def samples_of(scene: Any) -> int:
    if engine_of(scene) == "cycles":
        return int(scene.cycles.samples)
    return int(scene.eevee.taa_render_samples)
