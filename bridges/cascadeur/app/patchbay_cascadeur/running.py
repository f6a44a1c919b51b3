"""The server of this Cascadeur: started by a hook or from the menu, one at a time."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import time
from collections.abc import Callable
from typing import Any

from .announcement import announced, new_token
from .code import exec_b64
from .commands import all_commands, run_command
from .config import Config, ConfigError, Form, config_path, read_config
from .core import Core
from .csc_access import Cascadeur
from .errors import CallError
from .pump import Pump
from .server_sync import SyncServer
from .server_threaded import ThreadedServer
from .state import snapshot
from .timers import LoopTimer, Timer, find_timer
from .version import PROTOCOL, SERVER_VERSION
from .watch import Watch

_TICK_MS = 5
# So many rounds of an event loop lie between a request and its answer.
_ROUNDS = 10
_WATCH_S = 0.4
_WATCH_LONGEST_SHARE = 0.1


class Running:
    """One server with all that belongs to it. Made and closed on the main thread."""

    def __init__(self, config: Config, timer: Timer | None = None) -> None:
        self.config = config
        self._app = Cascadeur()
        self._version = self._app.version
        # the asynchronous form joins the loop that runs, where one does
        self._loop = _running_loop() if config.form is Form.ASYNC else None
        self._timer = timer or (find_timer() if self._loop is None else LoopTimer(self._loop))
        self.pump = Pump()
        self._watch = Watch(self._app)
        self._watch_at = 0.0
        self._dialog = False
        self._ticking = False
        self._commands = all_commands()
        self._closing = contextlib.ExitStack()
        token = new_token()
        at_once = {"health": self._health, "poll": self._poll}
        methods = {"execute": self._execute, "exec_b64": self._exec, "snapshot": self._snapshot}
        self._core = Core(token, methods, at_once)
        self.port = self._serve()
        self.announcement = self._closing.enter_context(announced(self.port, token, self._version))
        self._timer.start(_TICK_MS, self.tick)
        self._closing.callback(self._timer.stop)

    def tick(self) -> None:
        """What the main thread does for the server whenever it comes by."""
        # a command that shows a dialog lets timers go on: it is not met by another one half-way
        if self._ticking:
            return
        self._ticking = True
        try:
            self._tick()
        finally:
            self._ticking = False

    def _tick(self) -> None:
        self._dialog = self._timer.is_modal()
        self._serve_ready()
        self.pump.run_ready()
        if not self._dialog and time.monotonic() >= self._watch_at:
            began = time.monotonic()
            # a scene that changes under the look is looked at again
            with contextlib.suppress(Exception):
                self._watch.compare()
            took = time.monotonic() - began
            self._watch_at = time.monotonic() + max(_WATCH_S, took / _WATCH_LONGEST_SHARE)

    def close(self) -> None:
        self._closing.close()

    def _serve(self) -> int:
        self._serve_ready: Callable[[], None] = lambda: None
        port = self.config.port
        if self.config.form is Form.THREADED:
            threaded = ThreadedServer(self._core, self.pump, port)
            self._closing.callback(threaded.close)
            return threaded.port
        if self.config.form is Form.SYNC:
            polled = SyncServer(self._core, port)
            self._closing.callback(polled.close)
            self._serve_ready = polled.poll
            return polled.port
        return self._serve_async(port)

    def _serve_async(self, port: int) -> int:
        try:
            from .server_async import AsyncServer
        except ImportError as error:
            raise ConfigError(f"form: 'async' needs aiohttp in Cascadeur's Python: {error}") from error
        server = AsyncServer(self._core, self.pump, port)
        if self._loop is not None:
            joined = self._loop
            starting = joined.create_task(server.start())
            self._closing.callback(lambda: (starting.cancel(), joined.create_task(server.close())))
            return server.port
        loop = asyncio.new_event_loop()
        loop.run_until_complete(server.start())
        # nobody runs a loop here: the main thread's timer goes through this one, a few rounds at a time
        self._serve_ready = lambda: _run_rounds(loop)
        self._closing.callback(loop.close)
        self._closing.callback(lambda: loop.run_until_complete(server.close()))
        return server.port

    def _facts(self) -> dict[str, Any]:
        return {"mainThreadSilentMs": round(self.pump.silent_s * 1000), "dialog": self._dialog}

    def _health(self, _: dict[str, Any]) -> dict[str, Any]:
        return {
            "app": "cascadeur",
            "appVersion": self._version,
            "serverVersion": SERVER_VERSION,
            "protocol": PROTOCOL,
            "capabilities": {
                "form": self.config.form.value,
                "pump": self._timer.name,
                "allow_code": self.config.allow_code,
                "commands": len(self._commands),
            },
            "lastEvent": self._watch.last,
            **self._facts(),
        }

    def _poll(self, params: dict[str, Any]) -> dict[str, Any]:
        after = params.get("after", 0)
        events = self._watch.since(after if isinstance(after, int) else 0)
        return {"lastEvent": self._watch.last, "events": events, **self._facts()}

    def _execute(self, params: dict[str, Any]) -> Any:
        self._refuse_behind_dialog()
        try:
            return run_command(self._commands, self._app, params)
        finally:
            self._forgive()

    def _exec(self, params: dict[str, Any]) -> Any:
        self._refuse_behind_dialog()
        names = {"csc": self._app.csc, "app": self._app.app}
        try:
            return exec_b64(params, names, allow_code=self.config.allow_code)
        finally:
            self._forgive()

    def _snapshot(self, _: dict[str, Any]) -> Any:
        return snapshot(self._app)

    def _forgive(self) -> None:
        with contextlib.suppress(Exception):
            self._watch.forgive()

    def _refuse_behind_dialog(self) -> None:
        if self._timer.is_modal():
            raise CallError("APP_BUSY", "Cascadeur shows a dialog: answer it first; nothing was begun")


def _run_rounds(loop: asyncio.AbstractEventLoop) -> None:
    for _ in range(_ROUNDS):
        loop.call_soon(loop.stop)
        loop.run_forever()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    with contextlib.suppress(RuntimeError):
        return asyncio.get_running_loop()
    return None


_running: Running | None = None


def start(timer: Timer | None = None) -> Running:
    """The server of this process; a second call answers the first one's. Raises ConfigError."""
    global _running
    if _running is None:
        _running = Running(read_config(config_path()), timer)
        atexit.register(stop)
    return _running


def stop() -> None:
    global _running
    if _running is not None:
        closing, _running = _running, None
        closing.close()


def nudge() -> None:
    """A hook came by on the main thread: for a Cascadeur that has no timer, the only sign of life."""
    if _running is not None:
        _running.tick()


def status() -> str:
    if _running is None:
        return "Patchbay's server does not run"
    return f"Patchbay's server runs on 127.0.0.1:{_running.port}, {_running.config.form.value}"
