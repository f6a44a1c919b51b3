"""Objects of the scene: joints, controllers, meshes, locators."""

from __future__ import annotations

from typing import Any

from ..arguments import Arguments
from ..csc_access import Cascadeur
from ..errors import CallError, failed
from ..names import spoken
from . import Context


def summary(app: Cascadeur, oid: Any) -> dict[str, Any]:
    parent = app.parent_of(oid)
    return {
        "id": str(oid),
        "name": app.name_of(oid),
        "type": app.type_of(oid),
        "parent": None if parent is None else app.name_of(parent),
    }


def list_objects(context: Context, args: Arguments) -> Any:
    app = context.app
    kind = args.text("type") if args.has("type") else None
    found = [oid for oid in app.objects() if kind is None or app.type_of(oid).casefold() == kind.casefold()]
    return _page(app, found, args)


def find_objects(context: Context, args: Arguments) -> Any:
    app = context.app
    query = args.text("query")
    words = spoken(query)

    def fits(name: str) -> bool:
        return query.casefold() in name.casefold() or (bool(words) and words <= spoken(name))

    return _page(app, [oid for oid in app.objects() if fits(app.name_of(oid))], args)


def get_object(context: Context, args: Arguments) -> Any:
    app = context.app
    oid = app.object_named(args.text("object"))
    frame = args.frame("frame", app.frame)
    lid = app.layers.layer_id_by_obj_id_or_null(oid)
    return {
        **summary(app, oid),
        "frame": frame,
        "track": None if lid.is_null() else next((name for name, one in app.tracks() if one == lid), None),
        "keys": [] if lid.is_null() else app.keys(lid),
        "selected": oid in app.selected(),
        **placement(app, oid, frame),
    }


def placement(app: Cascadeur, oid: Any, frame: int) -> dict[str, Any]:
    """Where it is; null for what an object of its kind does not have."""
    row: dict[str, Any] = {}
    for space in ("global", "local"):
        for value, read in (("position", app.position), ("rotation", app.rotation)):
            try:
                row[f"{space}_{value}"] = read(oid, frame, space)
            except CallError:
                row[f"{space}_{value}"] = None
    return row


def rename_object(context: Context, args: Arguments) -> Any:
    app = context.app
    oid = app.object_named(args.text("object"))
    previous = app.name_of(oid)
    app.rename(oid, args.text("name"))
    if app.name_of(oid) != args.text("name"):
        raise failed(f"Cascadeur did not rename '{previous}'")
    return {**summary(app, oid), "previous": previous}


def select_objects(context: Context, args: Arguments) -> Any:
    app = context.app
    mode = args.choice("mode", ("replace", "add", "remove"), "replace")
    named = [app.object_named(name) for name in args.texts("objects")]
    before = app.selected()
    wanted = {
        "replace": named,
        "add": [*before, *(oid for oid in named if oid not in before)],
        "remove": [oid for oid in before if oid not in named],
    }[mode]
    app.select(wanted)
    after = app.selected()
    if set(map(str, after)) != set(map(str, wanted)):
        raise failed("Cascadeur selected something else: are these objects locked or hidden?")
    return {
        "selected": sorted(app.name_of(oid) for oid in after),
        "previous": [str(oid) for oid in before],
    }


def parent_object(context: Context, args: Arguments) -> Any:
    app = context.app
    oid = app.object_named(args.text("object"))
    parent = app.object_named(args.text("parent")) if args.has("parent") else None
    before = app.parent_of(oid)
    above = parent
    while above is not None:
        if above == oid:
            raise failed(f"'{app.name_of(oid)}' cannot be its own parent, near or far")
        above = app.parent_of(above)
    app.set_parent([oid], parent)
    if app.parent_of(oid) != parent:
        raise failed(f"Cascadeur did not parent '{app.name_of(oid)}'")
    previous = {"object": str(oid), "parent": None if before is None else str(before)}
    return {**summary(app, oid), "previous": previous}


def delete_objects(context: Context, args: Arguments) -> Any:
    app = context.app
    oids = [app.object_named(name) for name in args.texts("objects")]
    if not oids:
        raise CallError("INVALID_ARGUMENTS", "objects: name at least one")
    names = [app.name_of(oid) for oid in oids]
    app.delete(oids)
    left = {str(oid) for oid in app.objects()}
    kept = [name for name, oid in zip(names, oids, strict=True) if str(oid) in left]
    if kept:
        raise failed(f"Cascadeur did not delete {', '.join(kept)[:200]}")
    return {"deleted": names}


def _page(app: Cascadeur, found: list[Any], args: Arguments) -> Any:
    offset, limit = args.whole("offset", 0, high=1_000_000), args.whole("limit", 200, low=1, high=1000)
    return {"total": len(found), "objects": [summary(app, oid) for oid in found[offset : offset + limit]]}


COMMANDS = {
    "list_objects": list_objects,
    "find_objects": find_objects,
    "get_object": get_object,
    "rename_object": rename_object,
    "select_objects": select_objects,
    "parent_object": parent_object,
    "delete_objects": delete_objects,
}
