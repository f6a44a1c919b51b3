# SPDX-License-Identifier: GPL-3.0-or-later
"""Patchbay inside Blender: dials the bridge on this machine, runs its commands on the main thread, tells what happens.

`interface/` is what an artist sees, `background.py` what a bridge starts without a window; both run one `session.py`.
"""

bl_info = {
    "name": "Patchbay",
    "author": "The Patchbay authors",
    "version": (0, 1, 0),
    "blender": (3, 4, 0),
    "location": "3D Viewport > Sidebar > Patchbay",
    "description": "Drive Blender from words, scripts and other applications",
    "category": "System",
}


def register() -> None:
    # here and not above, so that what needs no Blender can be imported without one
    from . import interface

    interface.register()


def unregister() -> None:
    from . import interface

    interface.unregister()
