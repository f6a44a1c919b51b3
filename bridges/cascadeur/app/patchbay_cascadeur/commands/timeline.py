"""The timeline: how long the animation is, what of it is played, and which frame is shown."""

from __future__ import annotations

from typing import Any

from ..arguments import Arguments
from ..csc_access import Cascadeur
from ..errors import CallError, failed
from . import Context
from .keyframes import tracks_of


def describe(app: Cascadeur) -> dict[str, Any]:
    start, end = app.play_range()
    return {"current": app.frame, "start": start, "end": end, "frames": app.frames}


def get_timeline(context: Context, _: Arguments) -> Any:
    return describe(context.app)


def set_frame_range(context: Context, args: Arguments) -> Any:
    """The animation gets the frames that it lacks; it loses some only where `frames` says how many there shall be."""
    app = context.app
    start, end = _range(args)
    previous = describe(app)
    frames = args.whole("frames", max(end + 1, previous["frames"]), low=1)
    if frames <= end:
        raise CallError("INVALID_ARGUMENTS", f"frames: {frames} frames do not reach frame {end}")
    if frames != previous["frames"]:
        _resize(app, frames)
    app.set_play_range(start, end)
    found = describe(app)
    if (found["start"], found["end"]) != (start, end):
        raise failed(f"Cascadeur plays {found['start']} to {found['end']} instead of {start} to {end}")
    return {**found, "previous": previous}


def set_play_range(context: Context, args: Arguments) -> Any:
    app = context.app
    start, end = _range(args)
    previous = describe(app)
    if end >= previous["frames"]:
        raise failed(f"The animation has {previous['frames']} frames, 0 to {previous['frames'] - 1}")
    app.set_play_range(start, end)
    found = describe(app)
    if (found["start"], found["end"]) != (start, end):
        raise failed(f"Cascadeur plays {found['start']} to {found['end']} instead of {start} to {end}")
    return {**found, "previous": previous}


def set_current_frame(context: Context, args: Arguments) -> Any:
    app = context.app
    previous, frame = describe(app), args.frame("frame")
    if frame >= previous["frames"]:
        raise failed(f"The animation has {previous['frames']} frames, 0 to {previous['frames'] - 1}")
    app.set_frame(frame)
    if app.frame != frame:
        raise failed(f"Cascadeur shows frame {app.frame} instead of {frame}")
    return {**describe(app), "previous": previous}


def get_interval(context: Context, _: Arguments) -> Any:
    return _selected(context.app)


def select_interval(context: Context, args: Arguments) -> Any:
    """What actions of the timeline work on."""
    app = context.app
    start, end = _range(args)
    if end >= app.frames:
        raise failed(f"The animation has {app.frames} frames, 0 to {app.frames - 1}")
    before = _selected(app)
    # an empty list is none of them, and not all: nothing may have been selected before
    nothing = args.has("tracks") and not args.texts("tracks") and not args.texts("objects")
    app.select_interval([] if nothing else tracks_of(app, args), start, end)
    after = _selected(app)
    if (after["start"], after["end"]) != (start, end):
        raise failed(f"Cascadeur selected {after['start']} to {after['end']} instead of {start} to {end}")
    return {**after, "previous": before}


def _selected(app: Cascadeur) -> dict[str, Any]:
    lids, start, end = app.selected_interval()
    return {"tracks": [str(app.layers.header(lid).name) for lid in lids], "start": start, "end": end}


def _range(args: Arguments) -> tuple[int, int]:
    start, end = args.frame("start", 0), args.frame("end")
    if end < start:
        raise CallError("INVALID_ARGUMENTS", f"end: frame {end} is before frame {start}")
    return start, end


def _resize(app: Cascadeur, frames: int) -> None:
    """The animation ends with its last key: one is set there, and those behind it go."""
    default = app.layers.default_layer_id()

    def change(model: Any, updater: Any) -> None:
        layers = model.layers_editor()
        for _, lid in app.tracks():
            for frame in app.keys(lid):
                # a key with nothing in it marks the end of the default track; others are somebody's work
                if frame >= frames and lid == default:
                    layers.unset_section(frame, lid)
        if not any(frames - 1 in app.keys(lid) for _, lid in app.tracks()):
            layers.set_section(app.csc.layers.layer.Section(), frames - 1, default)
        model.fit_animation_size_by_layers()
        updater.generate_update()

    app.modify("set the frame range", change)
    if app.frames != frames:
        raise failed(f"The animation has {app.frames} frames instead of {frames}: are there keys behind it?")


COMMANDS = {
    "get_timeline": get_timeline,
    "set_frame_range": set_frame_range,
    "set_play_range": set_play_range,
    "set_current_frame": set_current_frame,
    "get_interval": get_interval,
    "select_interval": select_interval,
}
