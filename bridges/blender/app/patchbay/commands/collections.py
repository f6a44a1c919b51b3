# SPDX-License-Identifier: GPL-3.0-or-later
"""Collections: named groups of objects."""

from __future__ import annotations

from typing import Any

import bpy

from .. import describe
from ..arguments import boolean, may, name, needs
from ..execution import Call, Command
from ..lookup import find_collection, find_object


def create_collection(call: Call) -> dict[str, Any]:
    a = call.args
    parent = bpy.context.scene.collection if a.parent is None else find_collection(a.parent)
    with call.change(f"Create collection {a.name}"):
        collection = bpy.data.collections.new(a.name)
        parent.children.link(collection)
    is_root = parent == bpy.context.scene.collection
    return {"name": collection.name, "parent": None if is_root else parent.name, "objects": []}


def move_to_collection(call: Call) -> dict[str, Any]:
    a = call.args
    thing = find_object(a.object)
    if not a.create:
        find_collection(a.collection)
    before = [collection.name for collection in thing.users_collection]
    with call.change(f"Move {thing.name} to {a.collection}"):
        move(thing, collection_named(a.collection))
    moved = describe.summary(thing)
    # one that was in several cannot be put back with one command
    return {**moved, "previous": {"object": thing.name, "collection": before[0]}} if len(before) == 1 else moved


def collection_named(wanted: str) -> Any:
    """The scene's collection of that name, made if there is none."""
    root = bpy.context.scene.collection
    for collection in (root, *root.children_recursive):
        if collection.name == wanted:
            return collection
    collection = bpy.data.collections.new(wanted)
    root.children.link(collection)
    return collection


def move(thing: Any, collection: Any) -> None:
    """Into this collection, and out of all others."""
    for other in list(thing.users_collection):
        if other != collection:
            other.objects.unlink(thing)
    if thing.name not in collection.objects:
        collection.objects.link(thing)


COMMANDS = {
    "create_collection": Command(create_collection, {"name": needs(name), "parent": may(name)}),
    "move_to_collection": Command(
        move_to_collection, {"object": needs(name), "collection": needs(name), "create": may(boolean, True)}
    ),
}
