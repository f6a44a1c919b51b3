# SPDX-License-Identifier: GPL-3.0-or-later
"""A quick picture of the scene as the viewport shows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy
from mathutils import Matrix, Vector

from .. import context
from ..arguments import choice, integer, may
from ..bounds import bounds_of_scene
from ..errors import failed
from ..events import events
from ..execution import Call, Command, answered
from ..framing_shot import distance_to_frame, reach
from ..rendering import FORMATS, keep_settings, render_to, use_engine

# From the scene to the eye.
_VIEWS = {
    "front": Vector((0, -1, 0)),
    "right": Vector((1, 0, 0)),
    "top": Vector((0, 0, 1)),
    "perspective": Vector((0.75, -1.0, 0.55)).normalized(),
}


def capture_viewport(call: Call) -> dict[str, Any]:
    a = call.args
    scene = bpy.context.scene
    view = a.view
    if view == "camera" and scene.camera is None:
        raise failed("Cannot look through the camera: the scene has no active one (create_camera adds one)")
    if view == "current" and context.viewport() is None:
        view = "perspective"
    call.stop_if_cancelled()
    path = call.new_path(".png")
    wires = a.shading == "wireframe"
    with (
        keep_settings(scene),
        events.quiet_renders(),
        _shading(scene),
        _wires(scene, wanted=wires),
        _eye(scene, view) as eye,
    ):
        scene.render.resolution_x, scene.render.resolution_y = a.width, a.height
        scene.render.resolution_percentage = 100
        scene.render.image_settings.file_format, scene.render.image_settings.color_mode = FORMATS["png"].settings(False)
        scene.render.film_transparent = False
        if view in _VIEWS:
            bpy.context.view_layer.update()
            _stand(eye, view)
        scene.camera = eye
        use_engine(scene, "workbench", 8)
        render_to(scene, path)
    return {
        "image": answered(path, f"viewport_{view}.png", FORMATS["png"].media_type),
        "width": a.width,
        "height": a.height,
        "view": view,
    }


@contextmanager
def _eye(scene: Any, view: str) -> Iterator[Any]:
    """A camera that looks as the view does: the scene's own, or one that is there for this picture only."""
    if view == "camera":
        yield scene.camera
        return
    data = bpy.data.cameras.new("Patchbay eye")
    eye = bpy.data.objects.new("Patchbay eye", data)
    scene.collection.objects.link(eye)
    area = context.viewport()
    if view == "current" and area is not None:
        space = area.spaces.active
        region = space.region_3d
        eye.matrix_world = region.view_matrix.inverted()
        # the viewport's picture is wider than a camera's with the same lens
        data.lens, data.sensor_width = space.lens, 72
        data.clip_start, data.clip_end = space.clip_start, space.clip_end
        if not region.is_perspective:
            data.type, data.ortho_scale = "ORTHO", region.view_distance * 72 / space.lens
    try:
        yield eye
    finally:
        bpy.data.objects.remove(eye)
        bpy.data.cameras.remove(data)


def _stand(eye: Any, view: str) -> None:
    bounds = bounds_of_scene()
    away = _VIEWS[view]
    distance = distance_to_frame(eye.data, bounds.radius)
    place = bounds.middle + away * distance
    eye.matrix_world = Matrix.Translation(place) @ (-away).to_track_quat("-Z", "Y").to_matrix().to_4x4()
    reach(eye.data, distance + bounds.radius)
    if view != "perspective":
        eye.data.type, eye.data.ortho_scale = "ORTHO", max(bounds.radius, 0.5) * 2.4


@contextmanager
def _shading(scene: Any) -> Iterator[None]:
    """Workbench as the viewport's solid shading: in the colours of the materials, whatever the scene has set."""
    shading = scene.display.shading
    settings = {"type": "SOLID", "light": "STUDIO", "color_type": "MATERIAL", "show_cavity": False}
    kept = {key: getattr(shading, key) for key in settings}
    for key, value in settings.items():
        setattr(shading, key, value)
    try:
        yield
    finally:
        for key, value in reversed(kept.items()):
            setattr(shading, key, value)


@contextmanager
def _wires(scene: Any, *, wanted: bool) -> Iterator[None]:
    """Renders have no wireframe shading: for this picture the edges of each mesh are made to bars."""
    added: list[tuple[Any, Any]] = []
    thickness = max(bounds_of_scene().radius, 0.5) * 0.012
    try:
        for thing in [each for each in scene.objects if wanted and each.type == "MESH"]:
            modifier = thing.modifiers.new("Patchbay wires", "WIREFRAME")
            modifier.thickness, modifier.use_even_offset = thickness, False
            added.append((thing, modifier))
        yield
    finally:
        for thing, modifier in added:
            thing.modifiers.remove(modifier)


COMMANDS = {
    "capture_viewport": Command(
        capture_viewport,
        {
            "width": may(integer(4, 16_384), 960),
            "height": may(integer(4, 16_384), 540),
            "view": may(choice("current", "camera", *_VIEWS), "current"),
            "shading": may(choice("solid", "wireframe"), "solid"),
        },
    ),
}
