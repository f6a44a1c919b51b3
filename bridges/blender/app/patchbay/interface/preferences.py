# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the bridge is looked for, and whether that happens by itself."""

from pathlib import Path
from typing import Any

import bpy

from ..rendezvous import default_links_dir

# The add-on's name in Blender's preferences: the package above this one.
ADDON = __package__.rpartition(".")[0]


class PatchbayPreferences(bpy.types.AddonPreferences):
    bl_idname = ADDON

    auto_connect: bpy.props.BoolProperty(
        name="Connect Automatically",
        description="Look for a bridge when Blender starts, and again whenever it was lost",
        default=True,
    )
    bridge: bpy.props.StringProperty(
        name="Bridge",
        description="The id of the bridge to connect to; empty for whichever waits on this machine",
    )
    links_dir: bpy.props.StringProperty(
        name="Links Folder",
        description="Where bridges say how they are reached; empty for the usual place",
        subtype="DIR_PATH",
    )

    def draw(self, _context: Any) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "auto_connect")
        layout.prop(self, "bridge")
        layout.prop(self, "links_dir")
        if not self.links_dir:
            layout.label(text=f"The usual place is {default_links_dir()}", icon="INFO")


def auto_connect() -> bool:
    return bool(getattr(_stored(), "auto_connect", True))


def bridge() -> str:
    return str(getattr(_stored(), "bridge", ""))


def links_dir() -> Path:
    configured = getattr(_stored(), "links_dir", "")
    return Path(bpy.path.abspath(configured)) if configured else default_links_dir()


def _stored() -> Any:
    """None for an add-on that was switched on for this start only, which has no preferences."""
    addon = bpy.context.preferences.addons.get(ADDON)
    return None if addon is None else addon.preferences
