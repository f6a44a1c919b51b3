"""The timeline, and saving the project."""

from __future__ import annotations

from typing import Any

import td

from . import timeline
from .errors import failed
from .execution import Call, Command

_MEMBERS = {
    "playing": "play",
    "frame": "frame",
    "rate": "rate",
    "start": "start",
    "end": "end",
    "loop": "loop",
    "tempo": "tempo",
}


def _now() -> dict[str, Any]:
    return {**timeline.settings(), "frame": timeline.position()["frame"]}


def _set_timeline(call: Call) -> Any:
    args, time = call.args, td.root.time
    previous = _now()
    start, end = args.whole("start", previous["start"]), args.whole("end", previous["end"])
    if end < start:
        raise args.wrong(f"the end, {end}, is before the start, {start}", "end")
    for name, member in _MEMBERS.items():
        if name in args:
            setattr(time, member, args.raw(name))
    if "range" in args:
        first, last = (int(part) for part in args.list_of("range"))
        time.rangeStart, time.rangeEnd = first, last
    found = _now()
    for name in ("playing", "rate", "tempo", "loop"):
        if name in args and found[name] != args.raw(name):
            raise failed(f"TouchDesigner kept {name} at {found[name]} instead of {args.raw(name)}")
    return {**found, "previous": previous}


def _save_project(call: Call) -> Any:
    call.stop_if_cancelled()
    if not td.project.save():
        raise failed("TouchDesigner did not save the project")
    return {"name": str(td.project.name)}


COMMANDS = {"set_timeline": Command(_set_timeline), "save_project": Command(_save_project)}
