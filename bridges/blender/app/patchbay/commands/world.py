# SPDX-License-Identifier: GPL-3.0-or-later
"""The light and the background that surround the scene."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import bpy

from .. import compat
from ..arguments import color, file, may, number
from ..execution import Call, Command
from ..images import load_image
from ..values import tidy, triple


def set_world(call: Call) -> dict[str, Any]:
    a = call.args
    image = None if a.image is None else call.received(a.image, "image")
    with call.change("Set world"):
        background = background_node()
        previous = _previous(background, a)
        tree, socket = bpy.context.scene.world.node_tree, background.inputs["Color"]
        if a.color is not None:
            for link in list(socket.links):
                tree.links.remove(link)
            set_color(background, a.color)
        if a.strength is not None:
            background.inputs["Strength"].default_value = a.strength
        if a.factor is not None:
            background.inputs["Strength"].default_value *= a.factor
        if image is not None:
            node = _image_node(socket) or tree.nodes.new("ShaderNodeTexEnvironment")
            node.image = load_image(image, a.image.name)
            tree.links.new(node.outputs["Color"], socket)
    node = _image_node(background.inputs["Color"])
    return {
        "color": triple(background.inputs["Color"].default_value),
        "strength": tidy(background.inputs["Strength"].default_value),
        "image": node.image.name if node is not None and node.image else None,
        **({} if previous is None else {"previous": previous}),
    }


def _previous(background: Any, a: SimpleNamespace) -> dict[str, Any] | None:
    """What brings back what this changes, and nothing else; None where no arguments can, as with an image."""
    color = background.inputs["Color"]
    if a.image is not None or (a.color is not None and color.is_linked):
        return None
    previous: dict[str, Any] = {}
    if a.color is not None:
        previous["color"] = triple(color.default_value)
    if a.strength is not None or a.factor is not None:
        previous["strength"] = tidy(background.inputs["Strength"].default_value)
    return previous


def background_node() -> Any:
    """The active scene's background, made where it has no world or a world without nodes."""
    scene = bpy.context.scene
    if scene.world is None:
        scene.world = bpy.data.worlds.new("World")
    compat.use_nodes(scene.world)
    tree = scene.world.node_tree
    output = tree.get_output_node("ALL") or tree.nodes.new("ShaderNodeOutputWorld")
    surface = output.inputs["Surface"]
    if surface.is_linked and surface.links[0].from_node.type == "BACKGROUND":
        return surface.links[0].from_node
    node = next((node for node in tree.nodes if node.type == "BACKGROUND"), None)
    node = node or tree.nodes.new("ShaderNodeBackground")
    tree.links.new(node.outputs[0], surface)
    return node


def set_color(background: Any, rgb: Sequence[float]) -> None:
    """Also where the viewport and Workbench take it from."""
    background.inputs["Color"].default_value = (*rgb, 1.0)
    bpy.context.scene.world.color = rgb


def _image_node(socket: Any) -> Any:
    node = socket.links[0].from_node if socket.is_linked else None
    return node if node is not None and node.type == "TEX_ENVIRONMENT" else None


COMMANDS = {
    "set_world": Command(
        set_world,
        {
            "color": may(color),
            "strength": may(number(0, 1e4)),
            "factor": may(number(0, 1e4, above=True)),
            "image": may(file),
        },
    ),
}
