# SPDX-License-Identifier: GPL-3.0-or-later
"""Materials with a principled surface: find or make its nodes, change it, read it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy

from . import compat
from .values import tidy, triple

VALUES = ("metallic", "roughness", "alpha", "transmission", "emission_strength")


# What each finish is of a principled surface; what glows more is white in the picture, whatever its colour is.
FINISHES: dict[str, dict[str, float]] = {
    "plain": {},
    "shiny": {"roughness": 0.1},
    "matte": {"roughness": 0.9},
    "metallic": {"metallic": 1.0, "roughness": 0.25},
    "glass": {"transmission": 1.0, "roughness": 0.0},
    "glowing": {"emission_strength": 2.0},
}


def can_have_material(thing: Any) -> bool:
    return thing.data is not None and hasattr(thing.data, "materials")


def make(name: str) -> Any:
    material = bpy.data.materials.new(name)
    shader = principled(material)
    # older versions glow by default as soon as there is a colour to glow in, newer ones in white
    compat.principled_input(shader, "emission_strength").default_value = 0.0
    compat.principled_input(shader, "emission_color").default_value = (0.0, 0.0, 0.0, 1.0)
    return material


def own_material(thing: Any, named: str | None) -> Any:
    """The material to change: the one of that name, else the object's own, copied first when others use it too."""
    if named is not None:
        material = bpy.data.materials.get(named) or make(named)
    elif thing.active_material is None:
        material = make(thing.name)
    elif thing.active_material.users > 1:
        material = thing.active_material.copy()
    else:
        return thing.active_material
    if thing.material_slots:
        thing.material_slots[thing.active_material_index].material = material
    else:
        thing.data.materials.append(material)
    return material


def principled(material: Any) -> Any:
    """The principled shader that the surface is made of; put there if it is made of something else."""
    compat.use_nodes(material)
    tree = material.node_tree
    output = tree.get_output_node("ALL") or tree.nodes.new("ShaderNodeOutputMaterial")
    surface = output.inputs["Surface"]
    if surface.is_linked and surface.links[0].from_node.type == "BSDF_PRINCIPLED":
        return surface.links[0].from_node
    shader = next((node for node in tree.nodes if node.type == "BSDF_PRINCIPLED"), None)
    if shader is None:
        shader = tree.nodes.new("ShaderNodeBsdfPrincipled")
        shader.location = (output.location.x - 300, output.location.y)
    tree.links.new(shader.outputs[0], surface)
    return shader


def set_color(material: Any, color: Sequence[float]) -> None:
    """Also in the viewport's simple shading. An image that gave the colour no longer does."""
    socket = compat.principled_input(principled(material), "color")
    _unlink(material, socket)
    socket.default_value = (*color, socket.default_value[3])
    material.diffuse_color = (*color, material.diffuse_color[3])


def set_emission_color(material: Any, color: Sequence[float]) -> None:
    socket = compat.principled_input(principled(material), "emission_color")
    _unlink(material, socket)
    socket.default_value = (*color, 1.0)


def set_value(material: Any, name: str, value: float) -> None:
    socket = compat.principled_input(principled(material), name)
    _unlink(material, socket)
    socket.default_value = value
    if name == "metallic":
        material.metallic = value
    elif name == "roughness":
        material.roughness = value
    elif name == "alpha" and value < 1:
        compat.make_see_through(material)
        material.diffuse_color[3] = value
    elif name == "transmission" and value > 0:
        compat.make_refractive(material)


def set_finish(material: Any, finish: str) -> None:
    for name, value in FINISHES[finish].items():
        set_value(material, name, value)
    if finish == "glowing":
        set_emission_color(material, color_of(material))


def set_texture(material: Any, image: Any) -> None:
    shader = principled(material)
    tree = material.node_tree
    socket = compat.principled_input(shader, "color")
    node = _texture_node(socket) or tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    node.location = (shader.location.x - 320, shader.location.y)
    tree.links.new(node.outputs["Color"], socket)


def glows(material: Any) -> bool:
    shader = principled(material)
    strength = compat.principled_input(shader, "emission_strength").default_value
    return bool(strength > 0 and any(compat.principled_input(shader, "emission_color").default_value[:3]))


def color_of(material: Any) -> list[float]:
    shader = _found(material)
    return triple(compat.principled_input(shader, "color").default_value if shader else material.diffuse_color)


def describe(material: Any) -> dict[str, Any]:
    """`MaterialDetails` of the manifest; of another surface than a principled one, what the viewport shows."""
    shader = _found(material)
    if shader is None:
        values = {"metallic": tidy(material.metallic), "roughness": tidy(material.roughness)}
        values |= {"alpha": tidy(material.diffuse_color[3]), "transmission": 0.0, "emission_strength": 0.0}
        emission, texture = [0.0, 0.0, 0.0], None
    else:
        values = {name: tidy(compat.principled_input(shader, name).default_value) for name in VALUES}
        emission = triple(compat.principled_input(shader, "emission_color").default_value)
        texture = _texture_node(compat.principled_input(shader, "color"))
    return {
        "name": material.name,
        "color": color_of(material),
        **values,
        "emission_color": emission,
        "texture": texture.image.name if texture is not None and texture.image else None,
    }


def _found(material: Any) -> Any:
    tree = material.node_tree
    if tree is None or not material.use_nodes:
        return None
    return next((node for node in tree.nodes if node.type == "BSDF_PRINCIPLED"), None)


def _texture_node(socket: Any) -> Any:
    node = socket.links[0].from_node if socket.is_linked else None
    return node if node is not None and node.type == "TEX_IMAGE" else None


def _unlink(material: Any, socket: Any) -> None:
    for link in list(socket.links):
        material.node_tree.links.remove(link)
