"""Keyframes and what is between them. A key belongs to a whole track: all objects of the track have it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ..arguments import Arguments
from ..csc_access import SPACES, Cascadeur
from ..errors import CallError, failed
from . import Context
from .objects import placement

INTERPOLATIONS = ("bezier", "clamped_bezier", "low_amplitude_bezier", "linear", "step", "fixed", "none")
# Two values are the same where they differ by less: in centimetres and degrees.
_NEAR = 1e-3


def get_keyframes(context: Context, args: Arguments) -> Any:
    app = context.app
    first, last = args.frame("start", 0), args.frame("end", 100_000)
    rows = []
    for lid in tracks_of(app, args):
        layer = app.layer(lid)
        keys = [frame for frame in app.keys(lid) if first <= frame <= last]
        rows.append(
            {
                "track": _name(app, lid),
                "keys": keys,
                "intervals": [_interval(layer, frame, following) for frame, following in _pairs(keys)],
            }
        )
    return {"tracks": rows}


def get_pose(context: Context, args: Arguments) -> Any:
    app = context.app
    frame = args.frame("frame", app.frame)
    names = args.texts("objects")
    oids = [app.object_named(name) for name in names] if names else _controllers(app)
    return {"frame": frame, "objects": [{"name": app.name_of(oid), **placement(app, oid, frame)} for oid in oids]}


def set_keyframe(context: Context, args: Arguments) -> Any:
    app = context.app
    (row,) = _set(app, [args], args.choice("interpolation", INTERPOLATIONS, "bezier"))
    return row


def set_keyframes(context: Context, args: Arguments) -> Any:
    interpolation = args.choice("interpolation", INTERPOLATIONS, "bezier")
    return {"keyframes": _set(context.app, args.items("keyframes"), interpolation)}


def add_keyframes(context: Context, args: Arguments) -> Any:
    """The pose as it is there becomes a key."""
    app = context.app
    lids, frames = _unlocked(app, tracks_of(app, args)), args.frames("frames")

    def change(model: Any, _: Any) -> None:
        layers = model.layers_editor()
        for lid in lids:
            for frame in frames:
                layers.set_fixed_interpolation_or_key_if_need(lid, frame, True)
        layers.normalize_sections(app.scene)
        model.fit_animation_size_by_layers()

    app.modify("add keys", change)
    return _changed(app, lids, frames, wanted=True)


def remove_keyframes(context: Context, args: Arguments) -> Any:
    app = context.app
    lids, frames = _unlocked(app, tracks_of(app, args)), args.frames("frames")
    if 0 in frames:
        raise CallError("INVALID_ARGUMENTS", "frames: the key at frame 0 has to stay: every track begins with one")

    def change(model: Any, _: Any) -> None:
        layers = model.layers_editor()
        for lid in lids:
            there = set(app.keys(lid))
            for frame in frames:
                if frame in there:
                    layers.unset_section(frame, lid)
        layers.normalize_sections(app.scene)

    app.modify("remove keys", change)
    return _changed(app, lids, frames, wanted=False)


def set_interpolation(context: Context, args: Arguments) -> Any:
    app = context.app
    lids = _unlocked(app, tracks_of(app, args))
    wanted = args.choice("interpolation", INTERPOLATIONS)
    first, last = args.frame("start", 0), args.frame("end", 100_000)
    # an interval belongs to the key that it begins with; one between neighbours has nothing to interpolate
    touched = {
        str(lid): [one for one, next_one in _pairs(app.keys(lid)) if first <= one <= last and next_one != one + 1]
        for lid in lids
    }
    if not any(touched.values()):
        raise failed("No interval begins at a key between these frames: set a key first")

    def change(model: Any, _: Any) -> None:
        layers = model.layers_editor()
        for lid in lids:
            for frame in touched[str(lid)]:
                layers.change_section(frame, lid, lambda section: _interpolate(app, section, wanted))

    app.modify("set the interpolation", change)
    rows = []
    for lid in lids:
        found = {frame: _interval(app.layer(lid), frame, None)["interpolation"] for frame in touched[str(lid)]}
        wrong = [frame for frame, one in found.items() if one != wanted]
        if wrong:
            raise failed(f"Cascadeur kept '{found[wrong[0]]}' at frame {wrong[0]} of '{_name(app, lid)}'")
        rows.append({"track": _name(app, lid), "keys": touched[str(lid)]})
    return {"interpolation": wanted, "tracks": rows}


def set_contact(context: Context, args: Arguments) -> Any:
    """Whether the track's parts stand on the ground from a key on: Cascadeur calls it a fulcrum."""
    app = context.app
    lids = _unlocked(app, tracks_of(app, args))
    state = args.choice("state", ("fulcrum", "free"))
    first, last = args.frame("start"), args.frame("end")
    touched = {str(lid): [frame for frame in app.keys(lid) if first <= frame <= last] for lid in lids}
    if not any(touched.values()):
        raise failed(f"There is no key from frame {first} to {last}: set one first")

    def mark(section: Any) -> None:
        section.key.common.fixation = section.interval.common.fixation = app.fixation(state)

    def change(model: Any, _: Any) -> None:
        for lid in lids:
            for frame in touched[str(lid)]:
                model.layers_editor().change_section(frame, lid, mark)

    app.modify("set contacts", change)
    for lid in lids:
        for frame in touched[str(lid)]:
            if str(app.layer(lid).section(frame).key.common.fixation.name).lower() != state:
                raise failed(f"Cascadeur did not make the key at frame {frame} of '{_name(app, lid)}' {state}")
    return {"state": state, "tracks": [{"track": _name(app, lid), "keys": touched[str(lid)]} for lid in lids]}


@dataclass(frozen=True)
class _Planned:
    """One key that shall be set, found out before anything is changed."""

    oid: Any
    lid: Any
    frame: int
    # what is written where, in `csc`'s own values
    written: list[tuple[Any, Any]]
    # what shall be read back, by the field of the answer
    wanted: dict[str, list[float]]


def _set(app: Cascadeur, keys: list[Arguments], interpolation: str) -> list[dict[str, Any]]:
    """First the keys, then the values: what is written where no key is, interpolation takes away."""
    planned = [_planned(app, key) for key in keys]
    _unlocked(app, [one.lid for one in planned])

    def change(model: Any, updater: Any) -> None:
        layers, data = model.layers_editor(), model.data_editor()
        for one in planned:
            layers.set_fixed_interpolation_or_key_if_need(one.lid, one.frame, True)
            layers.change_section(one.frame, one.lid, lambda section: _interpolate(app, section, interpolation))
        layers.normalize_sections(app.scene)
        model.fit_animation_size_by_layers()
        for one in planned:
            for data_id, value in one.written:
                data.set_data_value(data_id, one.frame, value)
            updater.run_update({data_id for data_id, _ in one.written}, one.frame)

    app.modify("set keys", change)
    return [_read_back(app, one) for one in planned]


def _planned(app: Cascadeur, key: Arguments) -> _Planned:
    oid = app.animated_named(key.text("object"))
    space = key.choice("space", SPACES, "global")
    planned = _Planned(oid, app.track_of(oid), key.frame("frame", app.frame), [], {})
    for kind in ("position", "rotation"):
        if (value := key.vector(kind)) is not None:
            field = f"{space}_{kind}"
            planned.wanted[field] = value
            written = value if kind == "position" else app.rotation_value(value)
            planned.written.append((app.data_of(oid, field), written))
    return planned


def _read_back(app: Cascadeur, planned: _Planned) -> dict[str, Any]:
    if planned.frame not in app.keys(planned.lid):
        raise failed(f"Cascadeur set no key at frame {planned.frame} of '{_name(app, planned.lid)}'")
    found = placement(app, planned.oid, planned.frame)
    # the rig may hold a controller back, as a leg that is not long enough
    exact = all(_is_near(found[field], value, angles="rotation" in field) for field, value in planned.wanted.items())
    return {
        "object": app.name_of(planned.oid),
        "track": _name(app, planned.lid),
        "frame": planned.frame,
        "keys": app.keys(planned.lid),
        "exact": exact,
        **found,
    }


def _is_near(found: list[float] | None, wanted: list[float], *, angles: bool) -> bool:
    if found is None:
        return False
    apart = [abs(one - two) for one, two in zip(found, wanted, strict=True)]
    if angles:
        apart = [abs(math.remainder(angle, 360.0)) for angle in apart]
    return all(one < max(_NEAR, abs(two) * 1e-5) for one, two in zip(apart, wanted, strict=True))


def tracks_of(app: Cascadeur, args: Arguments) -> list[Any]:
    """The tracks that are named, those of the objects that are named, or all."""
    named = [app.track_named(name) for name in args.texts("tracks")]
    named += [app.track_of(app.animated_named(name)) for name in args.texts("objects")]
    unique = {str(lid): lid for lid in named or [lid for _, lid in app.tracks()]}
    return list(unique.values())


def _unlocked(app: Cascadeur, lids: list[Any]) -> list[Any]:
    locked = [_name(app, lid) for lid in lids if app.layer(lid).is_locked]
    if locked:
        raise failed(f"The track '{locked[0]}' is locked: unlock it with update_track")
    return lids


def _changed(app: Cascadeur, lids: list[Any], frames: list[int], *, wanted: bool) -> Any:
    for lid in lids:
        wrong = [frame for frame in frames if (frame in app.keys(lid)) != wanted]
        if wrong:
            raise failed(
                f"Cascadeur {'set no' if wanted else 'kept the'} key at frame {wrong[0]} of '{_name(app, lid)}'"
            )
    return {"frames": frames, "tracks": [{"track": _name(app, lid), "keys": app.keys(lid)} for lid in lids]}


def _interpolate(app: Cascadeur, section: Any, name: str) -> None:
    section.interval.interpolation = app.interpolation(name)


def _interval(layer: Any, frame: int, following: int | None) -> dict[str, Any]:
    section = layer.section(frame)
    return {
        "start": frame,
        "end": following,
        "interpolation": str(section.interval.interpolation.name).lower(),
        "contact": str(section.interval.common.fixation.name).lower(),
        "ik_fk": str(section.interval.common.ik_fk.name).lower(),
    }


def _pairs(keys: list[int]) -> list[tuple[int, int | None]]:
    return list(zip(keys, [*keys[1:], None], strict=True))


def _controllers(app: Cascadeur) -> list[Any]:
    return [oid for oid in app.objects() if app.type_of(oid) in ("Point", "Box")][:200]


def _name(app: Cascadeur, lid: Any) -> str:
    return str(app.layers.header(lid).name)


COMMANDS = {
    "get_keyframes": get_keyframes,
    "get_pose": get_pose,
    "set_keyframe": set_keyframe,
    "set_keyframes": set_keyframes,
    "add_keyframes": add_keyframes,
    "remove_keyframes": remove_keyframes,
    "set_interpolation": set_interpolation,
    "set_contact": set_contact,
}
