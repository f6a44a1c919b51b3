"""Tracks: what Cascadeur's timeline shows as rows, and `csc` calls layers."""

from __future__ import annotations

from typing import Any

from ..arguments import Arguments
from ..csc_access import Cascadeur
from ..errors import CallError, failed
from . import Context


def row(app: Cascadeur, lid: Any) -> dict[str, Any]:
    layer = app.layer(lid)
    return {
        "name": str(app.layers.header(lid).name),
        "objects": [app.name_of(oid) for oid in layer.obj_ids],
        "keys": app.keys(lid),
        "visible": bool(layer.is_visible),
        "locked": bool(layer.is_locked),
    }


def list_tracks(context: Context, _: Arguments) -> Any:
    return {"tracks": [row(context.app, lid) for _, lid in context.app.tracks()]}


def create_track(context: Context, args: Arguments) -> Any:
    app = context.app
    name = args.text("name")
    if any(own == name for own, _ in app.tracks()):
        raise CallError("CONFLICT", f"There is a track '{name}' already")
    objects = [app.object_named(one) for one in args.texts("objects")]

    def change(model: Any, _: Any) -> None:
        lid = model.layers_editor().create_layer(name, app.layers.root_id())
        if objects:
            model.move_objects_to_layer(objects, lid)

    app.modify("create a track", change)
    return _holding(app, objects, app.track_named(name))


def update_track(context: Context, args: Arguments) -> Any:
    app = context.app
    lid = app.track_named(args.text("track"))
    before = row(app, lid)

    def change(model: Any, _: Any) -> None:
        layers = model.layers_editor()
        if args.has("name"):
            layers.set_name(args.text("name"), lid)
        if args.has("visible"):
            layers.set_visible_for_layer(args.flag("visible"), lid)
        if args.has("locked"):
            layers.set_locked_for_layer(args.flag("locked"), lid)

    app.modify("change the track", change)
    after = row(app, lid)
    for field in ("name", "visible", "locked"):
        wanted = args.flag(field) if field != "name" and args.has(field) else before[field]
        if field == "name" and args.has(field):
            wanted = args.text(field)
        if after[field] != wanted:
            raise failed(f"Cascadeur did not change '{field}' of the track '{before['name']}'")
    changed = {field: before[field] for field in ("name", "visible", "locked")}
    return {**after, "previous": {"track": after["name"], **changed}}


def move_to_track(context: Context, args: Arguments) -> Any:
    app = context.app
    objects = [app.object_named(name) for name in args.texts("objects")]
    return _move(app, objects, app.track_named(args.text("track")))


def delete_track(context: Context, args: Arguments) -> Any:
    app = context.app
    lid = app.track_named(args.text("track"))
    found = row(app, lid)
    if found["objects"]:
        held = ", ".join(found["objects"][:5])
        raise failed(f"The track '{found['name']}' holds {held}: move them to another track first")
    if lid == app.layers.default_layer_id():
        raise failed(f"'{found['name']}' is the scene's default track: it has to stay")
    app.modify("delete the track", lambda model, _: model.layers_editor().delete_layer(lid))
    if any(one == lid for _, one in app.tracks()):
        raise failed(f"Cascadeur did not delete the track '{found['name']}'")
    return {"deleted": found["name"]}


def _move(app: Cascadeur, objects: list[Any], lid: Any) -> dict[str, Any]:
    app.modify("move objects to a track", lambda model, _: model.move_objects_to_layer(objects, lid))
    return _holding(app, objects, lid)


def _holding(app: Cascadeur, objects: list[Any], lid: Any) -> dict[str, Any]:
    """The track, read back with what shall be on it."""
    found = row(app, lid)
    stayed = [app.name_of(oid) for oid in objects if app.track_of(oid) != lid]
    if stayed:
        raise failed(f"Cascadeur did not move '{stayed[0]}' to the track '{found['name']}'")
    return found


COMMANDS = {
    "list_tracks": list_tracks,
    "create_track": create_track,
    "update_track": update_track,
    "move_to_track": move_to_track,
    "delete_track": delete_track,
}
