"""Files of the simulated Cascadeur. They are JSON, and say in their first line that no other program reads them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .world import Document, Fixation, IkFk, Interpolation, Layer, Scene, Section, Thing, new_id

_FIRST = "; Made by Patchbay's simulated Cascadeur: JSON, which no other program reads as"


def write(scene: Scene, path: Path, kind: str, only: set[str] | None = None) -> None:
    document = scene.document
    things = [asdict(thing) for thing in document.things.values() if only is None or thing.id in only]
    layers = [_plain_layer(layer) for layer in document.layers.values()]
    content = {
        "things": things,
        "layers": layers,
        "default_layer": document.default_layer,
        "frames": document.frames,
        "rigged": document.rigged,
        "play": scene.play,
    }
    path.write_text(f"{_FIRST} {kind}.\n{json.dumps(content, ensure_ascii=False)}\n", encoding="utf-8")


def read(path: Path) -> dict[str, Any] | None:
    """None for what this simulated Cascadeur did not write."""
    try:
        first, _, rest = path.read_text(encoding="utf-8").partition("\n")
        return json.loads(rest) if first.startswith(_FIRST) else None
    except (OSError, ValueError):
        return None


def load(scene: Scene, content: dict[str, Any]) -> None:
    """The content becomes the scene's."""
    document = Document(default_layer=content["default_layer"], frames=content["frames"], rigged=content["rigged"])
    document.layers = {row["id"]: _layer(row) for row in content["layers"]}
    document.things = {row["id"]: _thing(row) for row in content["things"]}
    scene.document = document
    scene.play = list(content["play"])


def merge(scene: Scene, content: dict[str, Any]) -> None:
    """The content comes in beside what is there, with ids of its own."""
    ids = {row["id"]: new_id() for row in [*content["things"], *content["layers"]]}
    tracks = {layer.name: layer for layer in scene.document.layers.values()}
    for row in content["layers"]:
        found = _layer({**row, "id": ids[row["id"]]})
        layer = tracks.get(found.name)
        if layer is None:
            scene.document.layers[found.id] = found
        else:
            ids[row["id"]] = layer.id
            for frame, section in found.sections.items():
                layer.sections.setdefault(frame, section)
    for row in content["things"]:
        links = {link: ids.get(row[link]) for link in ("parent", "layer", "controller")}
        thing = _thing({**row, **links, "id": ids[row["id"]]})
        if thing.layer is None:
            thing.layer = scene.document.default_layer
        scene.document.things[thing.id] = thing
    scene.fit()


def merge_animation(scene: Scene, content: dict[str, Any]) -> None:
    """The keys of objects that are called alike."""
    layers = {row["id"]: _layer(row) for row in content["layers"]}
    own = {thing.name: thing for thing in scene.document.things.values()}
    for row in content["things"]:
        came, thing = _thing(row), own.get(row["name"])
        if thing is None or thing.layer is None or came.layer not in layers:
            continue
        layer = scene.document.layers[thing.layer]
        for frame in layers[came.layer].sections:
            scene.set_key(layer, frame)
            if frame in came.positions:
                thing.positions[frame] = came.positions[frame]
            if frame in came.rotations:
                thing.rotations[frame] = came.rotations[frame]
    scene.fit()


def _plain_layer(layer: Layer) -> dict[str, Any]:
    sections = {
        str(frame): [
            section.interval.interpolation.name,
            section.interval.common.fixation.name,
            section.key.common.fixation.name,
            section.interval.common.ik_fk.name,
        ]
        for frame, section in layer.sections.items()
    }
    return {
        "id": layer.id,
        "name": layer.name,
        "visible": layer.visible,
        "locked": layer.locked,
        "sections": sections,
    }


def _layer(row: dict[str, Any]) -> Layer:
    layer = Layer(row["id"], row["name"], row["visible"], row["locked"], {})
    for frame, (interpolation, fixation, key_fixation, ik_fk) in row["sections"].items():
        section = Section()
        section.interval.interpolation = Interpolation[interpolation]
        section.interval.common.fixation = Fixation[fixation]
        section.interval.common.ik_fk = IkFk[ik_fk]
        section.key.common.fixation = Fixation[key_fixation]
        layer.sections[int(frame)] = section
    return layer


def _thing(row: dict[str, Any]) -> Thing:
    keyed = {
        name: {int(frame): tuple(value) for frame, value in row[name].items()} for name in ("positions", "rotations")
    }
    return Thing(**{**row, "rest": tuple(row["rest"]), **keyed})
