# SPDX-License-Identifier: GPL-3.0-or-later
"""Modifiers: changes of a mesh that stay editable."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from .. import describe
from ..arguments import choice, integer, may, name, needs, number, vector
from ..errors import failed, invalid
from ..execution import Call, Command
from ..lookup import find_object, find_typed, not_found


def add_modifier(call: Call) -> dict[str, Any]:
    a = call.args
    thing = find_typed(a.object, "MESH")
    if a.type == "boolean" and a.other is None:
        raise invalid("a boolean needs the other mesh", "other")
    other = None if a.other is None else find_typed(a.other, "MESH", "other")
    if other == thing:
        raise invalid("an object cannot be cut with itself", "other")
    kind, adjust = _TYPES[a.type]
    with call.change(f"Add {a.type} to {thing.name}"):
        modifier = thing.modifiers.new(a.name or a.type.title(), kind)
        if modifier is None:
            raise failed(f"Blender adds no {a.type} to '{thing.name}'")
        adjust(modifier, SimpleNamespace(**{**vars(a), "other": other}))
    return _answer(thing, modifier.name)


def remove_modifier(call: Call) -> dict[str, Any]:
    a = call.args
    thing = find_object(a.object)
    modifier = thing.modifiers.get(a.modifier) or next(
        (each for each in thing.modifiers if describe.modifier_type(each) == a.modifier.lower()), None
    )
    if modifier is None:
        raise not_found("modifier", a.modifier, (each.name for each in thing.modifiers))
    label = modifier.name
    with call.change(f"Remove {label} from {thing.name}"):
        thing.modifiers.remove(modifier)
    return _answer(thing, label)


def _answer(thing: Any, modifier: str) -> dict[str, Any]:
    return {"name": thing.name, "modifier": modifier, "modifiers": describe.modifiers(thing)}


def _subdivision(modifier: Any, a: SimpleNamespace) -> None:
    modifier.levels = modifier.render_levels = a.levels


def _bevel(modifier: Any, a: SimpleNamespace) -> None:
    modifier.width, modifier.segments = a.width, a.segments


def _thickness(modifier: Any, a: SimpleNamespace) -> None:
    modifier.thickness = a.thickness


def _mirror(modifier: Any, a: SimpleNamespace) -> None:
    for i, axis in enumerate("xyz"):
        modifier.use_axis[i] = axis == a.axis


def _array(modifier: Any, a: SimpleNamespace) -> None:
    modifier.count, modifier.relative_offset_displace = a.count, a.offset


def _boolean(modifier: Any, a: SimpleNamespace) -> None:
    modifier.operation, modifier.object = a.operation.upper(), a.other
    # otherwise the other mesh hides what it cut
    a.other.display_type = "WIRE"
    a.other.hide_render = True


def _decimate(modifier: Any, a: SimpleNamespace) -> None:
    modifier.ratio = a.ratio


def _smooth(modifier: Any, a: SimpleNamespace) -> None:
    modifier.iterations = a.levels


def _nothing(_modifier: Any, _a: SimpleNamespace) -> None:
    pass


_TYPES: dict[str, tuple[str, Callable[[Any, SimpleNamespace], None]]] = {
    "subdivision": ("SUBSURF", _subdivision),
    "bevel": ("BEVEL", _bevel),
    "solidify": ("SOLIDIFY", _thickness),
    "mirror": ("MIRROR", _mirror),
    "array": ("ARRAY", _array),
    "boolean": ("BOOLEAN", _boolean),
    "decimate": ("DECIMATE", _decimate),
    "triangulate": ("TRIANGULATE", _nothing),
    "wireframe": ("WIREFRAME", _thickness),
    "smooth": ("SMOOTH", _smooth),
}

COMMANDS = {
    "add_modifier": Command(
        add_modifier,
        {
            "object": needs(name),
            "type": needs(choice(*_TYPES)),
            "name": may(name),
            "levels": may(integer(1, 6), 2),
            "width": may(number(0, 1e4), 0.1),
            "segments": may(integer(1, 100), 3),
            "thickness": may(number(-1e4, 1e4), 0.1),
            "axis": may(choice("x", "y", "z"), "x"),
            "count": may(integer(1, 1000), 3),
            "offset": may(vector, (1.2, 0.0, 0.0)),
            "ratio": may(number(0, 1), 0.5),
            "operation": may(choice("difference", "union", "intersect"), "difference"),
            "other": may(name),
        },
    ),
    "remove_modifier": Command(remove_modifier, {"object": needs(name), "modifier": needs(name)}),
}
