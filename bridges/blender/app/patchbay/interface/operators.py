# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel's buttons."""

from __future__ import annotations

from typing import Any

import bpy

from . import running


class PATCHBAY_OT_connect(bpy.types.Operator):
    """Look for a Patchbay bridge on this machine, and stay connected to it"""

    bl_idname = "patchbay.connect"
    bl_label = "Connect"

    def execute(self, _context: Any) -> set[str]:
        running.connect()
        return {"FINISHED"}


class PATCHBAY_OT_disconnect(bpy.types.Operator):
    """Let go of the Patchbay bridge; nothing can drive this Blender any more"""

    bl_idname = "patchbay.disconnect"
    bl_label = "Disconnect"

    def execute(self, _context: Any) -> set[str]:
        running.disconnect()
        return {"FINISHED"}


CLASSES = (PATCHBAY_OT_connect, PATCHBAY_OT_disconnect)
