# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders: one picture, or one for each frame."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy

from ..arguments import boolean, choice, frame, integer, may, name, text
from ..errors import failed, invalid
from ..execution import Call, Command, answered
from ..lookup import find_typed
from ..rendering import FORMATS, keep_settings, render_to, sampling_progress, size_of, use_engine
from ..state import engine_of, render_settings, samples_of
from .cameras import add_active_camera

# Samples with an engine that the scene is not set to: its own number may be meant for anything.
_QUICK = 32


def render_image(call: Call) -> dict[str, Any]:
    a = call.args
    scene = bpy.context.scene
    with _camera(call) as (camera, added), keep_settings(scene):
        engine = _set_up(a, camera)
        if a.frame is not None:
            scene.frame_set(a.frame)
        at = scene.frame_current
        with sampling_progress(lambda part: call.progress(part, f"Rendering frame {at}")):
            image, spent = _render(call, a, _file_name(a.name, a.format))
        width, height = size_of(scene)
    return {
        "image": image,
        "width": width,
        "height": height,
        "frame": at,
        "engine": engine,
        "camera": camera.name,
        "camera_added": added,
        "duration_ms": spent,
    }


def render_animation(call: Call) -> dict[str, Any]:
    a = call.args
    scene = bpy.context.scene
    start = scene.frame_start if a.start is None else a.start
    end = scene.frame_end if a.end is None else a.end
    if start > end:
        raise invalid(f"the range begins at {start} and ends at {end}", "start" if a.end is None else "end")
    numbers = range(start, end + 1, a.step)
    began = time.monotonic()
    frames: list[dict[str, Any]] = []
    with _camera(call) as (camera, added), keep_settings(scene):
        engine = _set_up(a, camera)
        width, height = size_of(scene)
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
        "width": width,
        "height": height,
        "engine": engine,
        "camera": camera.name,
        "camera_added": added,
        "duration_ms": round((time.monotonic() - began) * 1000),
    }


def set_render(call: Call) -> dict[str, Any]:
    a = call.args
    scene = bpy.context.scene
    before = render_settings(scene)
    with call.change("Set render"):
        if a.width is not None or a.height is not None:
            width, height = size_of(scene)
            render = scene.render
            render.resolution_x, render.resolution_y = a.width or width, a.height or height
            render.resolution_percentage = 100
        samples = samples_of(scene) if a.samples is None else a.samples
        if a.engine is not None or a.samples is not None:
            use_engine(scene, a.engine, samples)
    previous = {each: value for each, value in before.items() if getattr(a, each) is not None}
    return {**render_settings(scene), "previous": previous}


@contextmanager
def _camera(call: Call) -> Iterator[tuple[Any, bool]]:
    """The camera to look through, and whether it was added: then it is one undo step with the render, or nothing."""
    a = call.args
    scene = bpy.context.scene
    cameras = [thing for thing in scene.objects if thing.type == "CAMERA"]
    if a.camera is not None:
        yield find_typed(a.camera, "CAMERA", "camera"), False
    elif scene.camera is not None:
        yield scene.camera, False
    elif len(cameras) == 1:
        yield cameras[0], False
    elif cameras:
        names = [thing.name for thing in cameras]
        raise failed("Cannot render: no camera is active (set_active_camera chooses one)", available=names)
    else:
        with call.change("Render with a new camera"):
            yield add_active_camera(_size(a, scene)), True


def _size(a: SimpleNamespace, scene: Any) -> tuple[int, int]:
    """In pixels; one edge alone keeps the shape of the scene's pictures."""
    width, height = size_of(scene)
    if a.width is None and a.height is None:
        return width, height
    return a.width or _edge(a.height * width / height), a.height or _edge(a.width * height / width)


def _edge(pixels: float) -> int:
    return min(max(round(pixels), 4), 16_384)


def _set_up(a: SimpleNamespace, camera: Any) -> str:
    """Sets the scene up for this picture; answers with the engine."""
    scene = bpy.context.scene
    own = engine_of(scene)
    engine = a.engine or own
    use_engine(scene, a.engine, a.samples or (samples_of(scene) if engine == own else _QUICK))
    render = scene.render
    render.resolution_x, render.resolution_y = _size(a, scene)
    render.resolution_percentage = 100
    # the pictures travel: a little more work makes them a good deal smaller
    render.image_settings.compression = 80
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


_SETTINGS = {
    "width": may(integer(4, 16_384)),
    "height": may(integer(4, 16_384)),
    "engine": may(choice("eevee", "cycles", "workbench")),
    "samples": may(integer(1, 16_384)),
}
_PICTURE = {
    **_SETTINGS,
    "camera": may(name),
    "format": may(choice(*FORMATS), "png"),
    "transparent": may(boolean, False),
}

COMMANDS = {
    "set_render": Command(set_render, _SETTINGS),
    "render_image": Command(render_image, {**_PICTURE, "frame": may(frame), "name": may(text(100, 1), "render")}),
    "render_animation": Command(
        render_animation, {**_PICTURE, "start": may(frame), "end": may(frame), "step": may(integer(1, 1000), 1)}
    ),
}
