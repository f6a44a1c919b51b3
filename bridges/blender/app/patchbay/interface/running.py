# SPDX-License-Identifier: GPL-3.0-or-later
"""The one session of this Blender, and the timer on the main thread that keeps it going."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import bpy

from ..link import Status
from ..rendezvous import find_bridges
from ..session import Session
from . import preferences

# How often Blender asks for the next turn: while commands come, and otherwise.
_BUSY_S = 0.01
_IDLE_S = 0.05
_REDRAW_S = 1.0

_session: Session | None = None
_shown: Any = None
_drawn_at = 0.0


def session() -> Session | None:
    return _session


def connect() -> None:
    """Begins to look for a bridge. Answers None, so that it can be a timer that runs once."""
    global _session
    if _session is not None:
        return
    links, bridge = preferences.links_dir(), preferences.bridge()
    _session = Session(lambda: find_bridges(links, bridge))
    _session.start()
    # persistent: opening a file must not end it
    bpy.app.timers.register(_turn, persistent=True)


def disconnect() -> None:
    global _session
    if bpy.app.timers.is_registered(_turn):
        bpy.app.timers.unregister(_turn)
    if _session is not None:
        _session.stop()
        _session = None
    _redraw()


def _turn() -> float | None:
    if _session is None:
        return None
    _session.turn()
    # a bridge that says goodbye may come back: the artist's Blender stays, and looks for it
    _session.ended = False
    _redraw_when_changed(_session)
    return _BUSY_S if _session.lively else _IDLE_S


def _redraw_when_changed(running: Session) -> None:
    global _shown, _drawn_at
    seen = (_timeless(running.link.status), len(running.recent), running.recent[-1] if running.recent else None)
    now = time.monotonic()
    # the panel also says how long ago things were
    if seen == _shown and (now - _drawn_at < _REDRAW_S or not running.recent):
        return
    _shown, _drawn_at = seen, now
    _redraw()


def _timeless(status: Status) -> Status:
    return replace(status, since=0.0)


def _redraw() -> None:
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()
