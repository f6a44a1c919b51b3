# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in the scene, and its timeline."""

from __future__ import annotations

import math
from typing import Any

import bpy

from ..arguments import frame, integer, may, number
from ..errors import invalid
from ..execution import Call, Command
from ..state import snapshot, timeline


def get_scene(_call: Call) -> dict[str, Any]:
    return snapshot()


def set_timeline(call: Call) -> dict[str, Any]:
    a = call.args
    scene = bpy.context.scene
    start = scene.frame_start if a.start is None else a.start
    end = scene.frame_end if a.end is None else a.end
    if start > end:
        raise invalid(f"the range would begin at {start} and end at {end}", "start" if a.end is None else "end")
    before = timeline(scene)
    with call.change("Set timeline"):
        if a.fps is not None:
            # Blender keeps a whole number and a divisor: 23.976 is 24 / 1.001
            scene.render.fps = math.ceil(a.fps)
            scene.render.fps_base = math.ceil(a.fps) / a.fps
        # in the order in which the range is never upside down
        for name, value in (("frame_end", max(end, scene.frame_end)), ("frame_start", start), ("frame_end", end)):
            setattr(scene, name, value)
        if a.current is not None:
            scene.frame_set(a.current)
    previous = {each: value for each, value in before.items() if getattr(a, each) is not None}
    return {**timeline(scene), "previous": previous}


COMMANDS = {
    "get_scene": Command(get_scene, {}, reads=True),
    "set_timeline": Command(
        set_timeline,
        {
            "fps": may(number(1, 1000)),
            # Blender's own limits of a scene's range
            "start": may(integer(0, 1_048_574)),
            "end": may(integer(0, 1_048_574)),
            "current": may(frame),
        },
    ),
}
