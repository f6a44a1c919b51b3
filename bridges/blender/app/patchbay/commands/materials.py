# SPDX-License-Identifier: GPL-3.0-or-later
"""How an object's surface looks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from .. import surfaces
from ..arguments import color, file, may, name, needs, number
from ..errors import failed
from ..execution import Call, Command
from ..images import load_image
from ..lookup import find_object


def set_material(call: Call) -> dict[str, Any]:
    a = call.args
    thing = find_object(a.object)
    if not surfaces.can_have_material(thing):
        raise failed(f"'{thing.name}' is of type {thing.type.lower()}, which has no surface")
    texture = None if a.texture is None else call.received(a.texture, "texture")
    previous = _previous(thing, a)
    with call.change(f"Set material of {thing.name}"):
        material = surfaces.own_material(thing, a.material)
        if a.color is not None:
            surfaces.set_color(material, a.color)
        glow = a.emission_color
        if glow is None and a.emission_strength and not surfaces.glows(material):
            # the default is black in older versions and white in newer ones
            glow = surfaces.color_of(material)
        for value in surfaces.VALUES:
            if getattr(a, value) is not None:
                surfaces.set_value(material, value, getattr(a, value))
        if glow is not None:
            surfaces.set_emission_color(material, glow)
        if texture is not None:
            surfaces.set_texture(material, load_image(texture, a.texture.name))
    changed = {"name": thing.name, "material": surfaces.describe(material)}
    return changed if previous is None else {**changed, "previous": previous}


def _previous(thing: Any, a: SimpleNamespace) -> dict[str, Any] | None:
    """What brings back what this changes, and nothing else; None where no arguments can, as with another material."""
    material = thing.active_material
    if material is None or material.users > 1 or a.texture is not None or a.material not in (None, material.name):
        return None
    before = surfaces.describe(material)
    if a.color is not None and before["texture"] is not None:
        return None
    changed = [each for each in ("color", "emission_color", *surfaces.VALUES) if getattr(a, each) is not None]
    if a.emission_strength is not None and "emission_color" not in changed:
        changed.append("emission_color")
    return {"object": thing.name, **{each: before[each] for each in changed}}


_SHARE = number(0, 1)

COMMANDS = {
    "set_material": Command(
        set_material,
        {
            "object": needs(name),
            "material": may(name),
            "color": may(color),
            "metallic": may(_SHARE),
            "roughness": may(_SHARE),
            "alpha": may(_SHARE),
            "transmission": may(_SHARE),
            "emission_color": may(color),
            "emission_strength": may(number(0, 1e6)),
            "texture": may(file),
        },
    ),
}
