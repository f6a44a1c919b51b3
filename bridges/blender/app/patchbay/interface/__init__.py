# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist sees: the preferences, the panel in the 3D viewport's sidebar, and the timer that is the pump."""

from __future__ import annotations

import bpy

from . import operators, panel, preferences, running

_CLASSES = (preferences.PatchbayPreferences, *operators.CLASSES, panel.PatchbayPanel)


def register() -> None:
    for each in _CLASSES:
        bpy.utils.register_class(each)
    if not bpy.app.background and preferences.auto_connect():
        # not at once: while add-ons are loaded there is no scene yet
        bpy.app.timers.register(running.connect, first_interval=0.5)


def unregister() -> None:
    if bpy.app.timers.is_registered(running.connect):
        bpy.app.timers.unregister(running.connect)
    running.disconnect()
    for each in reversed(_CLASSES):
        bpy.utils.unregister_class(each)
