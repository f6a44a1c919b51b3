# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects: make, look at, change, copy, remove."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import bpy
from mathutils import Vector

from .. import describe, primitives, surfaces
from ..arguments import boolean, choice, color, integer, may, name, needs, nullable, number, text, vector
from ..beside import SIDES, put_beside
from ..errors import failed, invalid
from ..execution import Call, Command
from ..lookup import find_collection, find_object
from ..naming import rename
from ..parenting import set_parent
from ..rotation import radians, rotate_to

TYPES = (
    *("cube", "sphere", "icosphere", "plane", "circle", "cylinder", "cone", "torus", "grid", "monkey"),
    *("empty", "text", "curve", "bezier_circle", "nurbs_curve", "nurbs_circle", "path"),
)


def create_object(call: Call) -> dict[str, Any]:
    a = call.args
    collection = bpy.context.collection if a.collection is None else find_collection(a.collection)
    parent = None if a.parent is None else find_object(a.parent)
    if a.text is not None and a.type != "text":
        raise invalid(f"a {a.type} says nothing: only text objects do", "text")
    if a.color is not None and a.type == "empty":
        raise invalid("an empty has no surface that could have a colour", "color")
    if a.finish is not None and a.type == "empty":
        raise invalid("an empty has no surface that could have a finish", "finish")
    near = None if a.near is None else find_object(a.near)
    label = a.name or default_name(a.type)
    with call.change(f"Create {label}"):
        thing = primitives.make(a.type, label, a.size, a.segments, a.text)
        collection.objects.link(thing)
        thing.location, thing.scale = a.location, a.scale
        rotate_to(thing, radians(a.rotation))
        if a.color is not None:
            surfaces.set_color(surfaces.own_material(thing, None), a.color)
        if a.finish is not None:
            surfaces.set_finish(surfaces.own_material(thing, None), a.finish)
        if parent is not None:
            bpy.context.view_layer.update()
            set_parent(thing, parent, keep_transform=True)
        if near is not None:
            put_beside(thing, near, a.side, a.gap)
    return describe.summary(thing)


def default_name(kind: str) -> str:
    return kind.replace("_", " ").title()


def get_object(call: Call) -> dict[str, Any]:
    thing = find_object(call.args.object)
    bpy.context.view_layer.update()
    return describe.details(thing)


def update_object(call: Call) -> dict[str, Any]:
    a = call.args
    thing = find_object(a.object)
    _check_fits(a.smooth, thing, "MESH", "smooth")
    _check_fits(a.text, thing, "FONT", "text")
    _check_fits(a.focal_length, thing, "CAMERA", "focal_length")
    previous = _previous(thing, a)
    with call.change(f"Update {thing.name}"):
        if a.visible is not None:
            show(thing, a.visible)
        if a.smooth is not None:
            thing.data.polygons.foreach_set("use_smooth", [a.smooth] * len(thing.data.polygons))
            thing.data.update()
        if a.text is not None:
            thing.data.body = a.text
        if a.focal_length is not None:
            thing.data.lens = a.focal_length
        if a.name is not None:
            rename(thing, a.name, bpy.data.objects)
    changed = describe.summary(thing)
    return changed if previous is None else {**changed, "previous": {"object": thing.name, **previous}}


def _previous(thing: Any, a: SimpleNamespace) -> dict[str, Any] | None:
    """What brings back what this changes; None where no arguments can."""
    previous: dict[str, Any] = {}
    if a.visible is not None:
        previous["visible"] = describe.visible(thing)
    if a.smooth is not None:
        faces = {face.use_smooth for face in thing.data.polygons}
        if len(faces) > 1:
            return None
        previous["smooth"] = True in faces
    if a.text is not None:
        previous["text"] = thing.data.body
    if a.focal_length is not None:
        previous["focal_length"] = thing.data.lens
    if a.name is not None:
        previous["name"] = thing.name
    return previous


def show(thing: Any, visible: bool) -> None:
    """In the viewport and in renders."""
    thing.hide_viewport = thing.hide_render = not visible
    if visible and thing.name in bpy.context.view_layer.objects:
        thing.hide_set(False)


def duplicate_object(call: Call) -> dict[str, Any]:
    a = call.args
    original = find_object(a.object)
    first = original.location + Vector(a.offset) if a.location is None else Vector(a.location)
    copies: list[Any] = []
    with call.change(f"Duplicate {original.name}", may_break=a.count > 1):
        for i in range(a.count):
            call.stop_if_cancelled()
            thing = _copy(original, a.name or original.name, linked=a.linked)
            thing.location = first + Vector(a.offset) * i
            copies.append(thing)
    return {**describe.summary(copies[-1]), "names": [thing.name for thing in copies]}


def _copy(original: Any, label: str, *, linked: bool) -> Any:
    thing = original.copy()
    rename(thing, label, bpy.data.objects)
    if not linked:
        if original.data is not None:
            thing.data = original.data.copy()
        if thing.animation_data is not None and thing.animation_data.action is not None:
            thing.animation_data.action = thing.animation_data.action.copy()
    for collection in original.users_collection:
        collection.objects.link(thing)
    return thing


def delete_object(call: Call) -> dict[str, Any]:
    thing = find_object(call.args.object)
    going = [thing, *(thing.children_recursive if call.args.children else ())]
    names = [each.name for each in going]
    with call.change(f"Delete {thing.name}"):
        remove(going)
    return {"deleted": names}


def clear_scene(call: Call) -> dict[str, Any]:
    going = list(bpy.context.scene.objects)
    names = [each.name for each in going]
    with call.change("Clear the scene"):
        remove(going)
    return {"deleted": names}


def remove(things: list[Any]) -> None:
    """Their children stay where they are; data that nobody else uses goes too."""
    bpy.context.view_layer.update()
    for thing in things:
        for child in thing.children:
            if child not in things:
                set_parent(child, None, keep_transform=True)
    data = [thing.data for thing in things if thing.data is not None]
    bpy.data.batch_remove(things)
    bpy.data.batch_remove({each for each in data if each.users == 0})


def parent_object(call: Call) -> dict[str, Any]:
    a = call.args
    thing = find_object(a.object)
    parent = None if a.parent is None else find_object(a.parent)
    if parent is not None and (parent == thing or parent in thing.children_recursive):
        raise failed(f"Cannot parent '{thing.name}' to '{parent.name}': it would be its own ancestor")
    before = thing.parent.name if thing.parent else None
    with call.change(f"Parent {thing.name}"):
        bpy.context.view_layer.update()
        set_parent(thing, parent, keep_transform=a.keep_transform)
    previous = {"object": thing.name, "parent": before, "keep_transform": a.keep_transform}
    return {**describe.summary(thing), "previous": previous}


def _check_fits(value: Any, thing: Any, kind: str, argument: str) -> None:
    if value is not None and thing.type != kind:
        raise invalid(f"'{thing.name}' is of type {thing.type.lower()}, which has none", argument)


COMMANDS = {
    "create_object": Command(
        create_object,
        {
            "type": needs(choice(*TYPES)),
            "name": may(name),
            "location": may(vector, (0.0, 0.0, 0.0)),
            "rotation": may(vector, (0.0, 0.0, 0.0)),
            "scale": may(vector, (1.0, 1.0, 1.0)),
            "size": may(number(0, 1e5, above=True), 2.0),
            "segments": may(integer(3, 512)),
            "text": may(text(10_000)),
            "color": may(color),
            "finish": may(choice(*surfaces.FINISHES)),
            "near": may(name),
            "side": may(choice(*SIDES), "right"),
            "gap": may(number(0, 1e6)),
            "collection": may(name),
            "parent": may(name),
        },
    ),
    "get_object": Command(get_object, {"object": needs(name)}, reads=True),
    "update_object": Command(
        update_object,
        {
            "object": needs(name),
            "name": may(name),
            "visible": may(boolean),
            "smooth": may(boolean),
            "text": may(text(10_000)),
            "focal_length": may(number(1, 5000)),
        },
    ),
    "duplicate_object": Command(
        duplicate_object,
        {
            "object": needs(name),
            "name": may(name),
            "count": may(integer(1, 1000), 1),
            "location": may(vector),
            "offset": may(vector, (0.0, 0.0, 0.0)),
            "linked": may(boolean, False),
        },
    ),
    "delete_object": Command(delete_object, {"object": needs(name), "children": may(boolean, False)}),
    "clear_scene": Command(clear_scene, {}),
    "parent_object": Command(
        parent_object,
        {"object": needs(name), "parent": needs(nullable(name)), "keep_transform": may(boolean, True)},
    ),
}
