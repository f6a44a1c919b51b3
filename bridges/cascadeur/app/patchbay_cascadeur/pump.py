"""The one way to Cascadeur's main thread: a queue, and what empties it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

_Work = tuple[Future[Any], Callable[[], Any]]


class Pump:
    """`submit` may be called anywhere; `run_ready` belongs to the main thread, and so does the making of a pump."""

    def __init__(self) -> None:
        self._main = threading.get_ident()
        self._waiting: queue.SimpleQueue[_Work] = queue.SimpleQueue()
        self._last_run = time.monotonic()
        self._running_since: float | None = None

    def submit(self, work: Callable[[], Any]) -> Future[Any]:
        """Runs `work` on the main thread; at once where this is the main thread."""
        future: Future[Any] = Future()
        if threading.get_ident() == self._main:
            self._run((future, work))
        else:
            self._waiting.put((future, work))
        return future

    def run_ready(self, budget_s: float = 0.05) -> None:
        """Does what waits, until nothing does or the time is used up; always at least one."""
        self._last_run = until = time.monotonic()
        until += budget_s
        while True:
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                return
            self._run(item)
            if time.monotonic() >= until:
                return

    @property
    def silent_s(self) -> float:
        """How long the main thread has not come by: it shows a dialog, or is busy with something of its own."""
        if self._running_since is not None:
            return 0.0
        return time.monotonic() - self._last_run

    def _run(self, item: _Work) -> None:
        future, work = item
        # whoever gave up waiting has cancelled it: then it is not begun
        if not future.set_running_or_notify_cancel():
            return
        self._running_since = time.monotonic()
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)
        finally:
            self._running_since = None
            self._last_run = time.monotonic()
