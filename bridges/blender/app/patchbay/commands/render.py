# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders: one picture, or one for each frame."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy

from ..arguments import boolean, choice, frame, integer, may, name, text
from ..errors import failed, invalid
from ..execution import Call, Command, answered
from ..lookup import find_typed
from ..rendering import FORMATS, keep_settings, render_to, sampling_progress, use_engine
from ..state import engine_of


def render_image(call: Call) -> dict[str, Any]:
    a = call.args
    scene = bpy.context.scene
    camera = _camera(a)
    with keep_settings(scene):
        engine = _set_up(a, camera)
        if a.frame is not None:
            scene.frame_set(a.frame)
        at = scene.frame_current
        with sampling_progress(lambda part: call.progress(part, f"Rendering frame {at}")):
            image, spent = _render(call, a, _file_name(a.name, a.format))
    return {
        "image": image,
        "width": a.width,
        "height": a.height,
        "frame": at,
        "engine": engine,
        "camera": camera.name,
        "duration_ms": spent,
    }


def render_animation(call: Call) -> dict[str, Any]:
    a = call.args
    scene = bpy.context.scene
    camera = _camera(a)
    start = scene.frame_start if a.start is None else a.start
    end = scene.frame_end if a.end is None else a.end
    if start > end:
        raise invalid(f"the range begins at {start} and ends at {end}", "start" if a.end is None else "end")
    numbers = range(start, end + 1, a.step)
    began = time.monotonic()
    frames: list[dict[str, Any]] = []
    with keep_settings(scene):
        engine = _set_up(a, camera)
        try:
            for done, at in enumerate(numbers):
                call.stop_if_cancelled()
                call.progress(
                    done / len(numbers), f"Rendering frame {at} ({done + 1} of {len(numbers)})", {"frame": at}
                )
                scene.frame_set(at)
                image, _ = _render(call, a, _file_name(f"frame_{at:04d}", a.format))
                frames.append({"frame": at, "image": image})
        except BaseException:
            # nobody is told about these pictures, so nobody would delete them
            for rendered in frames:
                Path(rendered["image"]["$file"]["path"]).unlink(missing_ok=True)
            raise
    call.progress(1, f"{len(frames)} frames rendered")
    return {
        "frames": frames,
        "start": start,
        "end": end,
        "width": a.width,
        "height": a.height,
        "engine": engine,
        "camera": camera.name,
        "duration_ms": round((time.monotonic() - began) * 1000),
    }


def _camera(a: SimpleNamespace) -> Any:
    if a.camera is not None:
        return find_typed(a.camera, "CAMERA", "camera")
    camera = bpy.context.scene.camera
    if camera is None:
        cameras = [thing.name for thing in bpy.context.scene.objects if thing.type == "CAMERA"]
        hint = "set_active_camera chooses one" if cameras else "create_camera adds one"
        raise failed(f"Cannot render: the scene has no active camera ({hint})", available=cameras)
    return camera


def _set_up(a: SimpleNamespace, camera: Any) -> str:
    """Sets the scene up for this picture; answers with the engine."""
    scene = bpy.context.scene
    engine = a.engine or engine_of(scene)
    use_engine(scene, a.engine, a.samples)
    render = scene.render
    render.resolution_x, render.resolution_y, render.resolution_percentage = a.width, a.height, 100
    render.image_settings.file_format, render.image_settings.color_mode = FORMATS[a.format].settings(a.transparent)
    render.film_transparent = a.transparent
    scene.camera = camera
    return engine


def _render(call: Call, a: SimpleNamespace, file_name: str) -> tuple[dict[str, Any], int]:
    call.stop_if_cancelled()
    kind = FORMATS[a.format]
    path = call.new_path(kind.ending)
    began = time.monotonic()
    render_to(bpy.context.scene, path)
    return answered(path, file_name, kind.media_type), round((time.monotonic() - began) * 1000)


def _file_name(stem: str, kind: str) -> str:
    ending = FORMATS[kind].ending
    return stem if stem.lower().endswith(ending) else stem + ending


_PICTURE = {
    "width": may(integer(4, 16_384), 960),
    "height": may(integer(4, 16_384), 540),
    "engine": may(choice("eevee", "cycles", "workbench")),
    "samples": may(integer(1, 16_384), 32),
    "camera": may(name),
    "format": may(choice(*FORMATS), "png"),
    "transparent": may(boolean, False),
}

COMMANDS = {
    "render_image": Command(render_image, {**_PICTURE, "frame": may(frame), "name": may(text(100, 1), "render")}),
    "render_animation": Command(
        render_animation, {**_PICTURE, "start": may(frame), "end": may(frame), "step": may(integer(1, 1000), 1)}
    ),
}
