# SPDX-License-Identifier: GPL-3.0-or-later
"""A declarative update of many objects: everything is checked before anything is changed, and it is one undo step."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import bpy

from .. import describe, primitives, surfaces
from ..arguments import array, boolean, choice, color, may, name, needs, nullable, number, record, text, vector
from ..bounds import bounds_of
from ..errors import failed, invalid
from ..execution import Call, Command
from ..lookup import not_found
from ..parenting import set_parent
from ..rotation import face, radians, rotate_to
from . import cameras, lights, objects
from .collections import collection_named, move

_LIGHTS = {f"{kind}_light": kind for kind in lights.TYPES}
TYPES = (*objects.TYPES, *_LIGHTS, "camera")


def apply_scene(call: Call) -> dict[str, Any]:
    a = call.args
    scene = bpy.context.scene
    _check(a)
    # once, because Blender looks through all objects for each name
    there = {thing.name: thing for thing in scene.objects}
    removed = [each for each in dict.fromkeys(a.remove) if each in there]
    with call.change("Apply scene", may_break=True):
        objects.remove([there.pop(each) for each in removed])
        created = [each.name for each in a.objects if each.name not in there]
        things = {each.name: there.get(each.name) or _made(each) for each in a.objects}
        for each in a.objects:
            call.stop_if_cancelled()
            _shape(things[each.name], each)
        everything = there | things
        _relate(a, everything)
        if a.active_camera is not None:
            scene.camera = everything[a.active_camera]
        bpy.context.view_layer.update()
    return {
        "created": [things[each].name for each in created],
        "updated": [thing.name for each, thing in things.items() if each not in created],
        "removed": removed,
        "objects": describe.summaries(things.values()),
    }


def _check(a: SimpleNamespace) -> None:
    """Raises for everything that could not be done. What will be there is what is there now and what is made."""
    staying = {thing.name: thing.type for thing in bpy.context.scene.objects if thing.name not in a.remove}
    types = dict(staying)
    seen: set[str] = set()
    for i, each in enumerate(a.objects):
        if each.name in seen:
            raise invalid(f"'{each.name}' is there twice", "objects", i, "name")
        seen.add(each.name)
        if each.name in staying:
            continue
        if each.type is None:
            raise not_found("object", each.name, staying)
        types[each.name] = _blender_type(each.type)
    for i, each in enumerate(a.objects):
        _check_fits(each, types[each.name], i)
        for key in ("look_at", "parent"):
            other = getattr(each, key)
            if other == each.name:
                raise invalid("an object cannot be that to itself", "objects", i, key)
            if other is not None and other not in types:
                raise not_found("object", other, types)
    _check_no_circle(a, staying)
    if a.active_camera is not None and types.get(a.active_camera) != "CAMERA":
        raise not_found("camera", a.active_camera, [each for each, kind in types.items() if kind == "CAMERA"])


def _blender_type(kind: str) -> str:
    if kind in _LIGHTS:
        return "LIGHT"
    if kind in {"camera", "empty"}:
        return kind.upper()
    if kind == "text":
        return "FONT"
    return "CURVE" if kind in {"curve", "bezier_circle", "nurbs_curve", "nurbs_circle", "path"} else "MESH"


def _check_fits(each: SimpleNamespace, kind: str, i: int) -> None:
    without_surface = kind in {"EMPTY", "CAMERA", "LIGHT", "ARMATURE", "LATTICE", "SPEAKER"}
    wrong = {
        "text": kind != "FONT",
        "energy": kind != "LIGHT",
        "focal_length": kind != "CAMERA",
        "color": without_surface and kind != "LIGHT",
        **dict.fromkeys(("metallic", "roughness", "emission_strength"), without_surface),
    }
    for key, unfit in wrong.items():
        if unfit and getattr(each, key) is not None:
            raise invalid(f"'{each.name}' is of type {kind.lower()}, which has none", "objects", i, key)


def _check_no_circle(a: SimpleNamespace, staying: dict[str, str]) -> None:
    parents = {
        thing.name: thing.parent.name
        for thing in bpy.context.scene.objects
        if thing.name in staying and thing.parent is not None and thing.parent.name in staying
    }
    for each in a.objects:
        if "parent" in each.given:
            parents[each.name] = each.parent
    for each in a.objects:
        seen = {each.name}
        above = parents.get(each.name)
        while above is not None:
            if above in seen:
                raise failed(f"Cannot parent '{each.name}': it would be its own ancestor")
            seen.add(above)
            above = parents.get(above)


def _made(each: SimpleNamespace) -> Any:
    if each.type in _LIGHTS:
        thing = lights.make(_LIGHTS[each.type], each.name)
    elif each.type == "camera":
        thing = cameras.make(each.name, each.focal_length or 50.0)
    else:
        thing = primitives.make(each.type, each.name, each.size or 2.0, None, each.text)
    bpy.context.collection.objects.link(thing)
    return thing


def _shape(thing: Any, each: SimpleNamespace) -> None:
    """Everything that concerns this object alone."""
    if each.location is not None:
        thing.location = each.location
    if each.rotation is not None:
        rotate_to(thing, radians(each.rotation))
    if each.scale is not None:
        thing.scale = each.scale
    if each.visible is not None:
        objects.show(thing, each.visible)
    if each.text is not None:
        thing.data.body = each.text
    if each.energy is not None:
        thing.data.energy = each.energy
    if each.focal_length is not None:
        thing.data.lens = each.focal_length
    if each.collection is not None:
        move(thing, collection_named(each.collection))
    _color(thing, each)


def _color(thing: Any, each: SimpleNamespace) -> None:
    if thing.type == "LIGHT":
        if each.color is not None:
            thing.data.color = each.color
        return
    values = {key: getattr(each, key) for key in ("metallic", "roughness", "emission_strength")}
    values = {key: value for key, value in values.items() if value is not None}
    if each.color is None and not values:
        return
    material = surfaces.own_material(thing, None)
    if each.color is not None:
        surfaces.set_color(material, each.color)
    if values.get("emission_strength") and not surfaces.glows(material):
        surfaces.set_emission_color(material, surfaces.color_of(material))
    for key, value in values.items():
        surfaces.set_value(material, key, value)


def _relate(a: SimpleNamespace, things: dict[str, Any]) -> None:
    """Parents first, because they move what looks and what is looked at."""
    bpy.context.view_layer.update()
    for each in a.objects:
        if "parent" in each.given:
            parent = None if each.parent is None else things[each.parent]
            if things[each.name].parent != parent:
                set_parent(things[each.name], parent, keep_transform=True)
                bpy.context.view_layer.update()
    for each in a.objects:
        if each.look_at is not None:
            face(things[each.name], bounds_of(things[each.look_at]).middle)


_OBJECT = record(
    {
        "name": needs(name),
        "type": may(choice(*TYPES)),
        "location": may(vector),
        "rotation": may(vector),
        "scale": may(vector),
        "size": may(number(0, 1e5, above=True)),
        "color": may(color),
        "metallic": may(number(0, 1)),
        "roughness": may(number(0, 1)),
        "emission_strength": may(number(0, 1e6)),
        "energy": may(number(0, 1e9)),
        "focal_length": may(number(1, 5000)),
        "look_at": may(name),
        "parent": may(nullable(name)),
        "collection": may(name),
        "visible": may(boolean),
        "text": may(text(10_000)),
    }
)

COMMANDS = {
    "apply_scene": Command(
        apply_scene,
        {
            "objects": may(array(_OBJECT, 10_000), []),
            "remove": may(array(name, 10_000), []),
            "active_camera": may(name),
        },
    ),
}
