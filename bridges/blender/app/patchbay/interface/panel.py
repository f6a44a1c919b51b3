# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel in the 3D viewport's sidebar: is it connected, why not, and what was done last."""

from __future__ import annotations

import time
from typing import Any

import bpy

from ..interface_text import ago, lines
from ..link import Phase
from ..session import Recent, Session
from . import running


class PatchbayPanel(bpy.types.Panel):
    bl_idname = "PATCHBAY_PT_panel"
    bl_label = "Patchbay"
    bl_category = "Patchbay"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"

    def draw(self, context: Any) -> None:
        layout = self.layout
        session = running.session()
        # about 7 pixels a character at the usual scale
        width = max(int(context.region.width / (7 * context.preferences.system.ui_scale)) - 6, 16)
        _draw_status(layout, session, width)
        if session is not None and session.recent:
            _draw_recent(layout, session, width)


def _draw_status(layout: Any, session: Session | None, width: int) -> None:
    box = layout.box()
    if session is None:
        box.label(text="Not connected", icon="UNLINKED")
        layout.operator("patchbay.connect", icon="LINKED")
        return
    status = session.link.status
    if status.phase is Phase.LINKED:
        box.label(text=f"Connected to {status.bridge}", icon="LINKED")
    else:
        box.label(text="Looking for a bridge", icon="SORTTIME")
        column = box.column(align=True)
        column.scale_y = 0.8
        for line in lines(status.detail, width):
            column.label(text=line)
    text = "Disconnect" if status.phase is Phase.LINKED else "Stop Looking"
    layout.operator("patchbay.disconnect", text=text, icon="UNLINKED")


def _draw_recent(layout: Any, session: Session, width: int) -> None:
    layout.label(text="Last commands")
    column = layout.column(align=True)
    now = time.time()
    for recent in reversed(session.recent):
        _draw_command(column, recent, now, width)


def _draw_command(column: Any, recent: Recent, now: float, width: int) -> None:
    row = column.row()
    row.label(text=recent.command, icon="CHECKMARK" if recent.problem is None else "ERROR")
    side = row.row()
    side.alignment = "RIGHT"
    side.active = False
    side.label(text=ago(now - recent.at))
    if recent.problem is not None:
        problem = column.column(align=True)
        problem.scale_y = 0.8
        problem.active = False
        for line in lines(recent.problem, width)[:3]:
            problem.label(text=line, icon="BLANK1")
