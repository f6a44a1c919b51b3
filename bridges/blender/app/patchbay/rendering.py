# SPDX-License-Identifier: GPL-3.0-or-later
"""What renders have in common: engines, formats, and a scene whose own settings stay as they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from . import compat
from .context import in_window
from .errors import failed

_SAMPLE = re.compile(r"Sample (\d+)/(\d+)")


@dataclass(frozen=True)
class Format:
    blender: str
    ending: str
    media_type: str
    has_alpha: bool

    def settings(self, transparent: bool) -> tuple[str, str]:
        """Blender's format and colour mode."""
        return self.blender, "RGBA" if transparent and self.has_alpha else "RGB"


FORMATS = {
    "png": Format("PNG", ".png", "image/png", True),
    "jpeg": Format("JPEG", ".jpg", "image/jpeg", False),
}


@contextmanager
def keep_settings(scene: Any) -> Iterator[None]:
    """Whatever a render sets is set back, also the frame."""
    kept = [(owner, key, getattr(owner, key)) for owner, keys in _settings(scene) for key in keys]
    frame, subframe = scene.frame_current, scene.frame_subframe
    try:
        yield
    finally:
        for owner, key, value in kept:
            setattr(owner, key, value)
        if (scene.frame_current, scene.frame_subframe) != (frame, subframe):
            scene.frame_set(frame, subframe=subframe)


def _settings(scene: Any) -> list[tuple[Any, tuple[str, ...]]]:
    size = ("resolution_x", "resolution_y", "resolution_percentage")
    output = ("filepath", "use_border", "film_transparent", "use_file_extension", "engine")
    owners: list[tuple[Any, tuple[str, ...]]] = [
        (scene, ("camera",)),
        (scene.render, (*size, *output)),
        (scene.render.image_settings, ("file_format", "color_mode", "compression")),
        (scene.eevee, ("taa_render_samples",)),
    ]
    if hasattr(scene, "cycles"):
        owners.append((scene.cycles, ("samples", "use_denoising")))
    return owners


def available_engines(scene: Any) -> list[str]:
    """Those that this Blender has: Cycles is an add-on that may be switched off."""
    return [name for name in compat.ENGINES if name != "cycles" or hasattr(scene, "cycles")]


def use_engine(scene: Any, engine: str | None, samples: int) -> None:
    """None keeps the scene's own. Raises COMMAND_FAILED for one that this Blender does not have."""
    if engine is not None:
        if engine not in available_engines(scene):
            raise failed(f"This Blender has no {engine}", available=available_engines(scene))
        scene.render.engine = compat.ENGINES[engine]
    use_samples(scene, samples)
    if hasattr(scene, "cycles"):
        scene.cycles.use_denoising = scene.cycles.use_denoising and compat.can_denoise()


def use_samples(scene: Any, samples: int) -> None:
    scene.eevee.taa_render_samples = samples
    if hasattr(scene, "cycles"):
        scene.cycles.samples = samples


def size_of(scene: Any) -> tuple[int, int]:
    """The scene's pictures, in pixels."""
    render = scene.render
    part = render.resolution_percentage / 100
    return max(round(render.resolution_x * part), 4), max(round(render.resolution_y * part), 4)


def render_to(scene: Any, path: Path) -> None:
    """Renders the current frame to this file. Raises COMMAND_FAILED with Blender's reason."""
    scene.render.filepath = str(path)
    scene.render.use_file_extension = False
    scene.render.use_border = False
    with in_window():
        bpy.ops.render.render(write_still=True, scene=scene.name)
    if not path.is_file():
        raise failed("Blender rendered nothing: its output says why")


@contextmanager
def sampling_progress(report: Callable[[float], None]) -> Iterator[None]:
    """Reports how much of a picture is sampled, 0 to 1, where the engine says so."""

    def on_stats(*arguments: Any) -> None:
        found = next((_SAMPLE.search(each) for each in arguments if isinstance(each, str)), None)
        if found is not None:
            report(int(found[1]) / max(int(found[2]), 1))

    bpy.app.handlers.render_stats.append(on_stats)
    try:
        yield
    finally:
        if on_stats in bpy.app.handlers.render_stats:
            bpy.app.handlers.render_stats.remove(on_stats)
