"""Notices what changed in Cascadeur: `csc` tells of nothing, so it is compared."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from .csc_access import Cascadeur
from .errors import CallError

_KEPT = 200


def look(app: Cascadeur, *, values: bool = False) -> dict[str, Any]:
    """What shows of the scene, cheap enough for twice a second; with `values` also where the controllers are."""
    seen: dict[str, Any] = {"scenes": [name for name, _ in app.scenes()], "active": app.active_name()}
    if seen["active"] is None:
        return seen
    seen["frame"], seen["frames"], seen["play"] = app.frame, app.frames, app.play_range()
    seen["objects"] = [(str(oid), app.name_of(oid)) for oid in app.objects()]
    seen["tracks"] = [_track(app, name, lid) for name, lid in app.tracks()]
    seen["selected"] = sorted(map(str, app.selected()))
    if values:
        seen["values"] = [_values(app, oid) for oid in app.objects()]
        seen["parents"] = [str(app.parent_of(oid)) for oid in app.objects()]
        seen["sections"] = [_sections(app, lid) for _, lid in app.tracks()]
    return seen


class Watch:
    """`compare` belongs to the main thread, `since` to any."""

    def __init__(self, app: Cascadeur) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._events: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._last = 0
        self._seen = look(app)

    @property
    def last(self) -> int:
        """The number of the last event."""
        return self._last

    def since(self, number: int) -> list[dict[str, Any]]:
        """What happened after the event of that number, as far as it is kept."""
        with self._lock:
            return [event for event in self._events if event["number"] > number]

    def forgive(self) -> None:
        """What changed until now was asked for, and is nobody's own doing."""
        before, self._seen = self._seen, look(self._app)
        self._tell(before, self._seen, by_hand=False)

    def compare(self) -> None:
        before, self._seen = self._seen, look(self._app)
        self._tell(before, self._seen, by_hand=True)

    def _tell(self, before: dict[str, Any], now: dict[str, Any], *, by_hand: bool) -> None:
        if before == now:
            return
        if before.get("active") != now.get("active"):
            self._event("scene_activated", {"scene": now.get("active"), "previous": before.get("active")})
        if before.get("frame") != now.get("frame") and now.get("frame") is not None:
            self._event("frame_changed", {"frame": now["frame"]})
        changed = [
            field for field in ("objects", "tracks", "selected", "frames", "play") if _differ(before, now, field)
        ]
        if by_hand and changed and before.get("active") == now.get("active"):
            self._event("human_edit", {"what": changed, "objects": _names(before, now)})
        elif changed:
            self._event("changed", {})

    def _event(self, event: str, data: dict[str, Any]) -> None:
        with self._lock:
            self._last += 1
            self._events.append({"number": self._last, "event": event, "data": data, "at": int(time.time() * 1000)})


def _track(app: Cascadeur, name: str, lid: Any) -> tuple[Any, ...]:
    layer = app.layer(lid)
    return name, app.keys(lid), bool(layer.is_visible), bool(layer.is_locked), len(layer.obj_ids)


def _sections(app: Cascadeur, lid: Any) -> list[tuple[str, str]]:
    sections = [app.layer(lid).section(frame) for frame in app.keys(lid)]
    return [(str(one.interval.interpolation.name), str(one.interval.common.fixation.name)) for one in sections]


def _values(app: Cascadeur, oid: Any) -> list[Any]:
    try:
        frames = app.keys(app.track_of(oid))[:50] or [app.frame]
        return [(app.position(oid, frame), app.rotation(oid, frame)) for frame in frames]
    except CallError:
        return []


def _differ(before: dict[str, Any], now: dict[str, Any], field: str) -> bool:
    return before.get(field) != now.get(field)


def _names(before: dict[str, Any], now: dict[str, Any]) -> Sequence[str]:
    """What is new, gone or called otherwise."""
    old, new = set(before.get("objects", [])), set(now.get("objects", []))
    return sorted({name for _, name in old ^ new})[:100]
