"""What Cascadeur looks like now, in a size that a message takes: big scenes are shortened, and say so."""

from __future__ import annotations

from typing import Any

from .csc_access import Cascadeur
from .names import spoken

_MOST_OBJECTS = 400
_MOST_TRACKS = 100
_MOST_KEYS = 50
# Sorted first: what people speak of.
_ORDER = ("Point", "Box", "Joint")


def snapshot(app: Cascadeur) -> dict[str, Any]:
    active = app.active_name()
    scenes = [{"name": name, "active": name == active} for name, _ in app.scenes()][:_MOST_TRACKS]
    if active is None:
        return {"scenes": scenes, "active_scene": None, **_NOTHING}
    start, end = app.play_range()
    return {
        "scenes": scenes,
        "active_scene": active,
        "timeline": {"current": app.frame, "start": start, "end": end, "frames": app.frames},
        **_objects(app),
        **_tracks(app),
        "selected": [app.name_of(oid) for oid in app.selected()][:200],
        "rig_mode": app.is_rigging,
    }


_NOTHING: dict[str, Any] = {
    "timeline": {"current": 0, "start": 0, "end": 0, "frames": 0},
    "objects": {},
    "objects_total": 0,
    "tracks": {},
    "tracks_total": 0,
    "selected": [],
    "rig_mode": False,
}


def _objects(app: Cascadeur) -> dict[str, Any]:
    named = [(oid, app.name_of(oid), app.type_of(oid)) for oid in app.objects()]
    named.sort(key=lambda one: (_ORDER.index(one[2]) if one[2] in _ORDER else len(_ORDER), one[1]))
    said: set[frozenset[str]] = set()
    track_of = {str(oid): name for name, lid in app.tracks()[:_MOST_TRACKS] for oid in app.layer(lid).obj_ids}
    rows = {}
    for oid, name, kind in named[:_MOST_OBJECTS]:
        words = spoken(name)
        # "the left hand" is one thing: its main controller, or its joint where there is none
        spoken_of = words if words not in said and (kind != "Point" or "main" in name.lower()) else frozenset()
        said.add(words if spoken_of else frozenset())
        words_of = " ".join([*sorted(spoken_of), kind.lower()])
        rows[name] = {"name": name, "type": kind, "kind": words_of, "track": track_of.get(str(oid))}
    return {"objects": rows, "objects_total": len(named)}


def _tracks(app: Cascadeur) -> dict[str, Any]:
    tracks = app.tracks()
    rows = {}
    for name, lid in tracks[:_MOST_TRACKS]:
        layer, keys = app.layer(lid), app.keys(lid)
        rows[name] = {
            "keys": keys[:_MOST_KEYS],
            "keys_total": len(keys),
            "objects": len(layer.obj_ids),
            "visible": bool(layer.is_visible),
            "locked": bool(layer.is_locked),
        }
    return {"tracks": rows, "tracks_total": len(tracks)}
