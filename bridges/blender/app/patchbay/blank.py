# SPDX-License-Identifier: GPL-3.0-or-later
"""A document with nothing in it but air and light, in which colours come out as they were asked for."""

from __future__ import annotations

import bpy

from . import compat

_SKY = (0.18, 0.2, 0.23)


def make_blank() -> None:
    """Replaces the open document."""
    bpy.ops.wm.read_homefile(use_empty=True, **({} if bpy.app.background else {"load_ui": False}))
    # a world is looked for in the new scene
    from .commands.world import background_node, set_color
    from .rendering import use_samples

    set_color(background_node(), _SKY)
    scene = bpy.context.scene
    scene.view_settings.view_transform = "Standard"
    # a first picture shall be there in seconds
    scene.render.resolution_x, scene.render.resolution_y = 960, 540
    use_samples(scene, 32)
    # noise against banding makes a picture of a plain background five times as large
    scene.render.dither_intensity = 0
    if bpy.app.background and hasattr(scene, "cycles"):
        # the one engine that needs neither a display nor a graphics card
        scene.render.engine = compat.ENGINES["cycles"]
        scene.cycles.use_denoising = compat.can_denoise()
