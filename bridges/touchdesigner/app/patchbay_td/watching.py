"""Watching CHOPs: what is watched goes out many times a second, for links."""

from __future__ import annotations

from typing import Any

from .describe import content_of
from .execution import Call, Command
from .lookup import of_family
from .watches import Watch


def _watch_channels(call: Call) -> Any:
    chop = of_family(call.node(), "CHOP")
    watch = Watch(call.args.text("name", chop.name), chop.path, call.args.text("channels", "*"))
    before = call.context.watches.add(watch)
    values = watch.read() or {}
    return {
        **watch.describe(),
        "values": values,
        "available": list(content_of(chop)["channels"]),
        "replaced": None if before is None else before.describe(),
    }


def _unwatch_channels(call: Call) -> Any:
    return call.context.watches.remove(call.args.text("name")).describe()


def _list_watched(call: Call) -> Any:
    return {"watched": [{**watch.describe(), "values": watch.read()} for watch in call.context.watches.list()]}


COMMANDS = {
    "watch_channels": Command(_watch_channels),
    "unwatch_channels": Command(_unwatch_channels),
    "list_watched": Command(_list_watched, reads=True),
}
