# SPDX-License-Identifier: GPL-3.0-or-later
"""One Blender that is, or wants to be, linked to a bridge: the link, the pump, and what a person is shown of them."""

from __future__ import annotations

import os
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import bpy

from . import formats, rendering, state
from .commands import COMMANDS
from .connection import Connection, Request
from .errors import CommandError
from .events import events
from .execution import check_idle, execute
from .history import history
from .link import Link, Phase
from .pump import Pump
from .rendezvous import APP, Rendezvous
from .version import ADDON_VERSION, LINK_PROTOCOL

# This process: a bridge that finds it again after its link was lost goes on where it was.
_INSTANCE = str(uuid.uuid4())
_HEARTBEAT_S = 2.0
# How long one turn may keep the interface waiting, unless a single command takes longer.
_TURN_S = 0.02


@dataclass(frozen=True)
class Recent:
    """A command that was run, for the panel."""

    command: str
    problem: str | None
    seconds: float
    at: float


class Session:
    """Everything here is called on the main thread."""

    def __init__(self, find: Callable[[], list[Rendezvous]], *, reconnect: bool = True) -> None:
        self.recent: deque[Recent] = deque(maxlen=8)
        self.running: str | None = None
        # The bridge asked this Blender to end.
        self.ended = False
        self._pump = Pump(
            {
                "execute": self._execute,
                "snapshot": self._snapshot,
                "group_begin": self._begin_group,
                "group_end": self._end_group,
                "step_back": self._step_back,
                "ping": lambda _request: {},
                "shutdown": self._shutdown,
            }
        )
        self.link = Link(find, _hello(), self._pump.put, reconnect=reconnect)
        self._heartbeat_at = 0.0
        # Whose group is open.
        self._group: Connection | None = None

    @property
    def lively(self) -> bool:
        """Whether a bridge has asked for something just now, so that more may come soon."""
        return time.monotonic() - self._pump.last_work < 1.0

    def start(self) -> None:
        events.start()
        self.link.start()

    def stop(self) -> None:
        events.stop()
        self.link.stop()

    def turn(self) -> None:
        """One turn of the interface's pump."""
        self._pump.run_ready(_TURN_S)
        self._tell()

    def wait(self, timeout_s: float) -> None:
        """One turn of the background's pump, which has nothing else to do."""
        self._pump.run_next(timeout_s)
        self._tell()

    def _begin_group(self, request: Request) -> dict[str, Any]:
        self._leave_group(request.connection)
        check_idle()
        batch_id = request.params.get("id")
        label = str(request.params.get("label", ""))[:100] or "Batch"
        history.begin_group(label, batch_id if isinstance(batch_id, str) else None)
        self._group = request.connection
        return {}

    def _end_group(self, request: Request) -> dict[str, Any]:
        self._leave_group(request.connection)
        self._group = None
        undo = request.params.get("outcome") == "undo"
        with events.ours():
            undone = history.end_group(undo=undo)
        if undo:
            self._state_changed("command")
        return {"undone": undone}

    def _step_back(self, request: Request) -> dict[str, Any]:
        """Looking what lies on top and the step are one thing: here, on the main thread, nobody comes between."""
        self._leave_group(request.connection)
        check_idle()
        # what the artist did just now is noted before it is looked at
        bpy.context.view_layer.update()
        forward = request.params.get("direction") == "redo"
        with events.ours():
            why_not = history.step_back(str(request.params.get("id", "")), forward=forward)
        if why_not is not None:
            return {"moved": False, "reason": why_not}
        self._state_changed("command")
        return {"moved": True}

    def _leave_group(self, connection: Connection | None) -> None:
        """Ends the group of a link that is gone: what was done in it stays, as one step."""
        if self._group is not None and self._group is not connection:
            self._group = None
            with events.ours():
                history.end_group(undo=False)

    def _snapshot(self, request: Request) -> Any:
        self._leave_group(request.connection)
        return state.snapshot()

    def _execute(self, request: Request) -> Any:
        self._leave_group(request.connection)
        command = str(request.params.get("command", ""))
        began, problem = time.monotonic(), None
        self.running = command
        try:
            with events.ours():
                return execute(COMMANDS, request)
        except CommandError as error:
            problem = error.message
            raise
        finally:
            self.running = None
            # the values of a link would leave nothing else to be seen
            if request.params.get("live") is not True or problem is not None:
                self.recent.append(Recent(command, problem, time.monotonic() - began, time.time()))
            if command in COMMANDS and not COMMANDS[command].reads:
                self._state_changed("command")

    def _shutdown(self, _request: Request) -> None:
        self.ended = True

    def _tell(self) -> None:
        self._leave_group(self.link.connection)
        now = time.monotonic()
        if self.link.status.phase is Phase.LINKED and now - self._heartbeat_at >= _HEARTBEAT_S:
            self._heartbeat_at = now
            self._notify("heartbeat", {"at": _milliseconds()})
        events.tell(self._emit, self._state_changed)

    def _emit(self, event: str, data: dict[str, Any]) -> None:
        self._notify("event", {"event": event, "data": data, "at": _milliseconds()})

    def _state_changed(self, cause: str) -> None:
        self._notify("state_changed", {"cause": cause})

    def _notify(self, method: str, params: dict[str, Any]) -> None:
        connection = self.link.connection
        if connection is not None:
            connection.notify(method, params)


def _hello() -> dict[str, Any]:
    return {
        "app": APP,
        "appVersion": ".".join(str(part) for part in bpy.app.version),
        "addonVersion": ADDON_VERSION,
        "protocol": LINK_PROTOCOL,
        "pid": os.getpid(),
        "background": bool(bpy.app.background),
        "capabilities": {
            "groups": True,
            "step_back": True,
            "instance": _INSTANCE,
            "import_formats": formats.import_formats(),
            "export_formats": formats.export_formats(),
            "engines": rendering.available_engines(bpy.context.scene),
        },
    }


def _milliseconds() -> int:
    return int(time.time() * 1000)
