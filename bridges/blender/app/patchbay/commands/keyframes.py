# SPDX-License-Identifier: GPL-3.0-or-later
"""Animation by keyframes."""

from __future__ import annotations

from typing import Any

import bpy

from .. import animation, compat
from ..animation import PROPERTIES, VECTORS
from ..arguments import array, boolean, choice, either, frame, may, name, needs, number, record, vector
from ..errors import failed, invalid
from ..execution import Call, Command
from ..lookup import find_object
from ..rotation import rotate_to, rotation_of
from ..values import degrees

PLACES = ("location", "rotation", "scale")


def insert_keyframe(call: Call) -> dict[str, Any]:
    a = call.args
    thing = find_object(a.object)
    at = bpy.context.scene.frame_current if a.frame is None else a.frame
    given = {prop: getattr(a, prop) for prop in PLACES if getattr(a, prop) is not None}
    wanted = [prop for prop in PLACES if prop in given or prop == a.property] or list(PLACES)
    with call.change(f"Keyframe {thing.name}"):
        values = {prop: given.get(prop) or _value_at(thing, prop, at) for prop in wanted}
        for prop, value in values.items():
            _animate(thing, prop, [(at, value)], a.interpolation)
    return _animated(thing)


def animate_object(call: Call) -> dict[str, Any]:
    a = call.args
    thing = find_object(a.object)
    scene = bpy.context.scene
    start = scene.frame_start if a.start is None else a.start
    end = scene.frame_end if a.end is None else a.end
    if start >= end:
        raise invalid(f"it would begin at frame {start} and end at frame {end}", "start" if a.end is None else "end")
    begin = getattr(a, "from") or _now(thing, a.property)
    with call.change(f"Animate {thing.name}"):
        _animate(thing, a.property, [(start, begin), (end, a.to)], a.interpolation)
    return _animated(thing)


def set_keyframes(call: Call) -> dict[str, Any]:
    a = call.args
    things = [find_object(track.object) for track in a.tracks]
    for i, (thing, track) in enumerate(zip(things, a.tracks, strict=True)):
        if not animation.has(thing, track.property):
            raise failed(f"'{thing.name}' is of type {thing.type.lower()}, which has no {track.property} to animate")
        for j, keyframe in enumerate(track.keyframes):
            if not _fits(track.property, keyframe.value):
                raise invalid(f"does not fit {track.property}", "tracks", i, "keyframes", j, "value")
    with call.change("Set keyframes", may_break=True):
        for i, (thing, track) in enumerate(zip(things, a.tracks, strict=True)):
            call.stop_if_cancelled()
            if a.replace:
                for target in animation.targets(thing, track.property):
                    animation.clear(target)
            _animate(thing, track.property, [(key.frame, key.value) for key in track.keyframes], track.interpolation)
            call.progress((i + 1) / len(a.tracks), f"{thing.name}: {track.property}")
    names = dict.fromkeys(thing.name for thing in things)
    return {
        "objects": [_animated(bpy.context.scene.objects[each]) for each in names],
        "keyframes": sum(len(track.keyframes) for track in a.tracks),
    }


def clear_animation(call: Call) -> dict[str, Any]:
    a = call.args
    things = list(bpy.context.scene.objects) if a.object is None else [find_object(a.object)]
    cleared: list[str] = []
    with call.change("Clear animation"):
        for thing in things:
            owners = animation.animated_owners(thing)
            if a.property is None:
                had = any(compat.fcurves(owner) for owner in owners)
                for owner in owners:
                    owner.animation_data_clear()
            else:
                # all of them, and not only until the first that had some
                had = sum(animation.clear(target) for target in _existing(thing, a.property)) > 0
            if had:
                cleared.append(thing.name)
    return {"objects": cleared}


def _animate(thing: Any, prop: str, keys: list[tuple[int, Any]], interpolation: str) -> None:
    if prop == "rotation" and thing.rotation_mode != "XYZ":
        rotate_to(thing, rotation_of(thing))
    # what switches is not interpolated
    kind = "constant" if prop == "visible" else interpolation
    frames = sorted((at, animation.to_blender(prop, value)) for at, value in keys)
    for target in animation.targets(thing, prop):
        animation.set_keyframes(target, frames, kind)
    # what is seen now follows the new curves at once
    scene = bpy.context.scene
    scene.frame_set(scene.frame_current, subframe=scene.frame_subframe)


def _existing(thing: Any, prop: str) -> list[animation.Target]:
    """The places that may have curves, without making anything."""
    if prop == "color" and thing.type != "LIGHT" and not any(slot.material for slot in thing.material_slots):
        return []
    return animation.targets(thing, prop) if animation.has(thing, prop) else []


def _fits(prop: str, value: Any) -> bool:
    if prop == "visible":
        return isinstance(value, bool)
    if prop in VECTORS:
        return isinstance(value, tuple)
    return isinstance(value, float) and value >= (1 if prop == "focal_length" else 0)


def _now(thing: Any, prop: str) -> list[float]:
    return degrees(rotation_of(thing)) if prop == "rotation" else list(getattr(thing, prop))


def _value_at(thing: Any, prop: str, at: int) -> list[float]:
    """As the curves have it at that frame; without curves, as it is now."""
    [target] = animation.targets(thing, prop)
    values = list(rotation_of(thing)) if prop == "rotation" else list(getattr(thing, prop))
    for curve in compat.fcurves(target.owner):
        if curve.data_path == target.path:
            values[curve.array_index] = curve.evaluate(at)
    return degrees(values) if prop == "rotation" else values


def _animated(thing: Any) -> dict[str, Any]:
    return {"name": thing.name, "keyframes": animation.keyframes_of(thing)}


_INTERPOLATION = may(choice("constant", "linear", "bezier"), "bezier")
_KEYFRAME = record({"frame": needs(frame), "value": needs(either(boolean, number(-1e9, 1e9), vector))})
_TRACK = record(
    {
        "object": needs(name),
        "property": needs(choice(*PROPERTIES)),
        "interpolation": _INTERPOLATION,
        "keyframes": needs(array(_KEYFRAME, 10_000, 1)),
    }
)

COMMANDS = {
    "insert_keyframe": Command(
        insert_keyframe,
        {
            "object": needs(name),
            "frame": may(frame),
            "property": may(choice(*PLACES)),
            "location": may(vector),
            "rotation": may(vector),
            "scale": may(vector),
            "interpolation": _INTERPOLATION,
        },
    ),
    "animate_object": Command(
        animate_object,
        {
            "object": needs(name),
            "property": may(choice(*PLACES), "location"),
            "from": may(vector),
            "to": needs(vector),
            "start": may(frame),
            "end": may(frame),
            "interpolation": _INTERPOLATION,
        },
    ),
    "set_keyframes": Command(set_keyframes, {"tracks": needs(array(_TRACK, 1000, 1)), "replace": may(boolean, False)}),
    "clear_animation": Command(clear_animation, {"object": may(name), "property": may(choice(*PROPERTIES))}),
}
