# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a Blender with a window: does what an artist would when the file that is named tells it to."""

import sys
from pathlib import Path

import bpy

ORDERS = Path(sys.argv[sys.argv.index("--") + 1])


def move_hero() -> None:
    hero = bpy.data.objects["Hero"]
    bpy.context.view_layer.objects.active = hero
    hero.select_set(True)
    # with its undo step, as from a menu
    bpy.ops.transform.translate("EXEC_DEFAULT", True, value=(0, 0, 1))


def edit_hero() -> None:
    bpy.context.view_layer.objects.active = bpy.data.objects["Hero"]
    bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode="EDIT")


def select_hero() -> None:
    bpy.data.objects["Hero"].select_set(True)


def select_all() -> None:
    # with its undo step, as by a click
    bpy.ops.object.select_all("EXEC_DEFAULT", True, action="INVERT")


def set_resolution() -> None:
    # as a field of the properties editor does
    bpy.context.scene.render.resolution_x = 333
    bpy.ops.ed.undo_push(message="Resolution X")


def take_back() -> None:
    bpy.ops.ed.undo()


def disconnect() -> None:
    bpy.ops.patchbay.disconnect()


def connect() -> None:
    bpy.ops.patchbay.connect()


def look() -> float:
    if ORDERS.exists():
        order = ORDERS.read_text()
        ORDERS.unlink()
        window = bpy.context.window_manager.windows[0]
        area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
        region = next(region for region in area.regions if region.type == "WINDOW")
        with bpy.context.temp_override(window=window, area=area, region=region):
            globals()[order]()
    return 0.05


bpy.context.preferences.view.show_splash = False
bpy.app.timers.register(look, persistent=True)
