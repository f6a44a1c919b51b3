# SPDX-License-Identifier: GPL-3.0-or-later
"""The one way from the link's thread to Blender's main thread: a queue and what empties it. Reads take it too."""

from __future__ import annotations

import queue
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from .connection import Request
from .errors import CommandError

Handler = Callable[[Request], Any]


class Pump:
    """`put` may be called anywhere; everything else belongs to the main thread."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers
        self._waiting: queue.Queue[Request] = queue.Queue()
        self.last_work = 0.0

    def put(self, request: Request) -> None:
        self._waiting.put(request)

    def run_ready(self, budget_s: float) -> None:
        """Handles what waits, until nothing does or the time is used up; always at least one."""
        until = time.monotonic() + budget_s
        while True:
            try:
                request = self._waiting.get_nowait()
            except queue.Empty:
                return
            self._handle(request)
            if time.monotonic() >= until:
                return

    def run_next(self, timeout_s: float) -> None:
        """Waits for one and handles it: for a Blender without an event loop."""
        try:
            request = self._waiting.get(timeout=timeout_s)
        except queue.Empty:
            return
        self._handle(request)

    def _handle(self, request: Request) -> None:
        if request.connection.closed:
            return
        self.last_work = time.monotonic()
        handler = self._handlers.get(request.method)
        try:
            if handler is None:
                raise CommandError("UNKNOWN_COMMAND", f"This add-on has no method '{request.method[:80]}'")
            if request.cancelled:
                raise CommandError("CANCELLED", "It was cancelled before it began")
            request.answer(handler(request))
        except CommandError as error:
            request.refuse(error)
        except Exception as error:
            traceback.print_exc()
            request.refuse(CommandError("INTERNAL", f"The add-on failed at '{request.method}': {error}"))
