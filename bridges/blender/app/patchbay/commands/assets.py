# SPDX-License-Identifier: GPL-3.0-or-later
"""The materials, meshes and images in the file."""

from __future__ import annotations

from typing import Any

import bpy

from .. import surfaces
from ..arguments import choice, may
from ..execution import Call, Command


def list_assets(call: Call) -> dict[str, Any]:
    def wanted(kind: str) -> bool:
        return call.args.kind in {"all", kind}

    return {
        "materials": [
            {"name": material.name, "users": material.users, "color": surfaces.color_of(material)}
            for material in (bpy.data.materials if wanted("materials") else ())
        ],
        "meshes": [
            {"name": mesh.name, "users": mesh.users, "vertices": len(mesh.vertices)}
            for mesh in (bpy.data.meshes if wanted("meshes") else ())
        ],
        "images": [
            {"name": image.name, "users": image.users, "width": image.size[0], "height": image.size[1]}
            for image in (bpy.data.images if wanted("images") else ())
        ],
    }


COMMANDS = {
    "list_assets": Command(
        list_assets, {"kind": may(choice("all", "materials", "meshes", "images"), "all")}, reads=True
    ),
}
