# SPDX-License-Identifier: GPL-3.0-or-later
"""The exchange formats that this Blender has, and the operators that read and write them."""

from __future__ import annotations

import base64
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bpy


@dataclass(frozen=True)
class ExchangeFormat:
    """Operators as `module.name`, the newest first; the one that this Blender has is used."""

    ending: str
    media_type: str
    importers: tuple[str, ...]
    exporters: tuple[str, ...]
    # What makes an exporter write the selection alone.
    selection: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    # A Python package that the operators fail without.
    package: str | None = None


FORMATS = {
    "gltf": ExchangeFormat(
        ".gltf",
        "model/gltf+json",
        ("import_scene.gltf",),
        ("export_scene.gltf",),
        {"export_scene.gltf": "use_selection"},
        # everything in one file is put together here: Blender's own option for it is not in all versions
        {"export_format": "GLTF_SEPARATE"},
        package="numpy",
    ),
    "glb": ExchangeFormat(
        ".glb",
        "model/gltf-binary",
        ("import_scene.gltf",),
        ("export_scene.gltf",),
        {"export_scene.gltf": "use_selection"},
        {"export_format": "GLB"},
        package="numpy",
    ),
    "fbx": ExchangeFormat(
        ".fbx",
        "application/octet-stream",
        ("import_scene.fbx", "wm.fbx_import"),
        ("export_scene.fbx",),
        {"export_scene.fbx": "use_selection"},
    ),
    "obj": ExchangeFormat(
        ".obj",
        "model/obj",
        ("wm.obj_import", "import_scene.obj"),
        ("wm.obj_export", "export_scene.obj"),
        {"wm.obj_export": "export_selected_objects", "export_scene.obj": "use_selection"},
    ),
    "usd": ExchangeFormat(
        ".usdc",
        "model/vnd.usd",
        ("wm.usd_import",),
        ("wm.usd_export",),
        {"wm.usd_export": "selected_objects_only"},
        # the surroundings are no object, and would come as a picture in a file of their own
        {"convert_world_material": False},
    ),
    "stl": ExchangeFormat(
        ".stl",
        "model/stl",
        ("import_mesh.stl", "wm.stl_import"),
        ("wm.stl_export", "export_mesh.stl"),
        {"wm.stl_export": "export_selected_objects", "export_mesh.stl": "use_selection"},
    ),
}

# Files that belong to an export, such as the materials of an OBJ.
MEDIA_TYPES = {".mtl": "model/mtl", ".png": "image/png", ".jpg": "image/jpeg", ".bin": "application/octet-stream"}


def importer(name: str) -> tuple[str, Any] | None:
    """The operator and its name; None where this Blender has none."""
    return _operator(FORMATS[name], FORMATS[name].importers)


def exporter(name: str) -> tuple[str, Any] | None:
    return _operator(FORMATS[name], FORMATS[name].exporters)


def import_formats() -> list[str]:
    return [name for name in FORMATS if importer(name)]


def export_formats() -> list[str]:
    return [name for name in FORMATS if exporter(name)]


def format_of(file_name: str) -> str | None:
    ending = Path(file_name).suffix.lower()
    if ending in {".usd", ".usda", ".usdz"}:
        return "usd"
    return next((name for name, each in FORMATS.items() if each.ending == ending), None)


def put_together(gltf: Path) -> None:
    """Puts the files that a glTF refers to into it, as the standard's data URIs, and deletes them."""
    document = json.loads(gltf.read_text(encoding="utf-8"))
    for part in (*document.get("buffers", ()), *document.get("images", ())):
        uri = part.get("uri", "")
        beside = gltf.parent / uri
        if not uri or uri.startswith("data:") or not beside.is_file():
            continue
        media_type = part.get("mimeType", "application/octet-stream")
        part["uri"] = f"data:{media_type};base64,{base64.b64encode(beside.read_bytes()).decode('ascii')}"
    for beside in gltf.parent.iterdir():
        if beside != gltf:
            beside.unlink()
    gltf.write_text(json.dumps(document, separators=(",", ":")), encoding="utf-8")


def _operator(exchange: ExchangeFormat, names: tuple[str, ...]) -> tuple[str, Any] | None:
    if exchange.package is not None and importlib.util.find_spec(exchange.package) is None:
        return None
    for name in names:
        module, _, function = name.partition(".")
        operator = getattr(getattr(bpy.ops, module), function)
        try:
            # any name looks like an operator until its type is asked for
            operator.get_rna_type()
        except (KeyError, RuntimeError):
            continue
        return name, operator
    return None
