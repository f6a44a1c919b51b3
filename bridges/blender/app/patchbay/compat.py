# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between Blender 3.4, 4.x and 5.x; no other module asks for the version."""

from __future__ import annotations

from typing import Any

import bpy

VERSION: tuple[int, int, int] = tuple(bpy.app.version)

# 4.2 to 4.5 had the old Eevee's successor under a name of its own.
_EEVEE = "BLENDER_EEVEE_NEXT" if (4, 2, 0) <= VERSION < (5, 0, 0) else "BLENDER_EEVEE"
ENGINES = {"eevee": _EEVEE, "cycles": "CYCLES", "workbench": "BLENDER_WORKBENCH"}

# The principled shader's inputs: their names since 4.0, and before.
_PRINCIPLED = {
    "color": ("Base Color", "Base Color"),
    "metallic": ("Metallic", "Metallic"),
    "roughness": ("Roughness", "Roughness"),
    "alpha": ("Alpha", "Alpha"),
    "transmission": ("Transmission Weight", "Transmission"),
    "emission_color": ("Emission Color", "Emission"),
    "emission_strength": ("Emission Strength", "Emission Strength"),
}


def principled_input(node: Any, name: str) -> Any:
    """The socket of a principled shader by Patchbay's name for it."""
    now, before = _PRINCIPLED[name]
    return node.inputs[now if VERSION >= (4, 0, 0) else before]


def use_nodes(owner: Any) -> None:
    """Materials and worlds always have nodes since 5.0, where switching them on only warns."""
    if owner.node_tree is None or (VERSION < (5, 0, 0) and not owner.use_nodes):
        owner.use_nodes = True


def make_see_through(material: Any) -> None:
    """Lets Eevee draw a material that is not solid."""
    if hasattr(material, "surface_render_method"):
        material.surface_render_method = "BLENDED"
    else:
        material.blend_method = "BLEND"


def make_refractive(material: Any) -> None:
    """Lets Eevee look through glass."""
    if hasattr(material, "use_raytrace_refraction"):
        material.use_raytrace_refraction = True
    else:
        material.use_screen_refraction = True


def can_denoise() -> bool:
    """Whether this build has a denoiser: with one switched on and none there, Cycles fails."""
    try:
        import _cycles
    except ImportError:
        return False
    return bool(getattr(_cycles, "with_openimagedenoise", False))


def fcurves(owner: Any) -> list[Any]:
    """The animation curves of an object, its data or a node tree: in slots of layered actions since 4.4."""
    curves = _fcurve_collection(owner)
    return [] if curves is None else list(curves)


def remove_fcurve(owner: Any, curve: Any) -> None:
    curves = _fcurve_collection(owner)
    if curves is not None:
        curves.remove(curve)


def _fcurve_collection(owner: Any) -> Any:
    data = getattr(owner, "animation_data", None)
    action = data.action if data is not None else None
    if action is None:
        return None
    if VERSION < (4, 4, 0):
        return action.fcurves
    slot = data.action_slot
    for layer in action.layers if slot is not None else ():
        for strip in layer.strips:
            bag = strip.channelbag(slot)
            if bag is not None:
                return bag.fcurves
    return None


def modal_operator(window: Any) -> str | None:
    """What the artist is in the middle of, such as dragging an object; Blender tells since 4.2."""
    prefixes = ("TRANSFORM_OT_", "MESH_OT_", "SCULPT_OT_", "PAINT_OT_", "GREASE_PENCIL_OT_", "GPENCIL_OT_")
    for operator in getattr(window, "modal_operators", ()):
        if operator.bl_idname.startswith(prefixes):
            return str(operator.bl_label or operator.bl_idname)
    return None


def mend_gltf_importer() -> None:
    """Blender before 3.5 reads glTF with a name that numpy dropped in 1.24, and distributions pair the two."""
    if VERSION < (3, 5, 0):
        import numpy

        # `hasattr` would warn: numpy knows what the name once was
        if "bool" not in vars(numpy):
            numpy.bool = bool
