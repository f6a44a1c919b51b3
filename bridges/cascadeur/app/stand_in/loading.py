"""Makes the stand-in look like a Cascadeur that has reported its state: the bridge's, as JSON.

What a state does not say is as in a new scene: poses, who is whose parent, interpolation.
"""

from __future__ import annotations

from typing import Any

from csc.world import ZERO, Application, Scene, Section, Thing, new_id

# What an animator moves has values at its keys.
_ANIMATED = ("Point", "Box")


def load(application: Application, state: dict[str, Any]) -> None:
    """Only of the active scene more is known than its name."""
    for row in state["scenes"]:
        scene = Scene(row["name"])
        application.scenes.append(scene)
        if row["active"]:
            application.current = scene
            _fill(scene, state)


def _fill(scene: Scene, state: dict[str, Any]) -> None:
    document, timeline = scene.document, state["timeline"]
    document.frames = timeline["frames"]
    if state["tracks"]:
        document.layers.clear()
    layers = {}
    for name, row in state["tracks"].items():
        layer = layers[name] = scene.add_layer(name)
        layer.visible, layer.locked = row["visible"], row["locked"]
        layer.sections = {frame: Section() for frame in row["keys"] or [0]}
    # the one that Cascadeur calls so, else the first
    default = layers.get("Default") or next(iter(document.layers.values()))
    document.default_layer = default.id
    _mark_the_end(scene, default)
    for name, row in state["objects"].items():
        thing = Thing(new_id(), name, row["type"])
        layer = layers.get(row["track"] or "")
        scene.add(thing, layer)
        if layer is None:
            thing.layer = None
        elif row["type"] in _ANIMATED:
            thing.positions = dict.fromkeys(layer.sections, ZERO)
            thing.rotations = dict.fromkeys(layer.sections, ZERO)
    document.rigged = any(row["type"] == "RigInfo" for row in state["objects"].values())
    scene.frame, scene.play = timeline["current"], [timeline["start"], timeline["end"]]
    scene.interval = ([default.id], 0, 0)
    wanted = set(state["selected"])
    scene.selected = sorted(thing.id for thing in document.things.values() if thing.name in wanted)


def _mark_the_end(scene: Scene, default: Any) -> None:
    """The animation ends with its last key: one that is not among the reported ones is set there."""
    last = scene.document.frames - 1
    if not any(last in layer.sections for layer in scene.document.layers.values()):
        default.sections[last] = Section()
