"""Timers, which the simulated Cascadeur's main loop runs."""

from __future__ import annotations

import time
from collections.abc import Callable

_timers: list[QTimer] = []


class _Signal:
    def __init__(self) -> None:
        self.called: list[Callable[[], None]] = []

    def connect(self, call: Callable[[], None]) -> None:
        self.called.append(call)


class QTimer:
    def __init__(self) -> None:
        self.timeout = _Signal()
        self._interval_s = 0.0
        self._due = 0.0

    def setInterval(self, ms: int) -> None:  # noqa: N802 -- as Qt spells it
        self._interval_s = ms / 1000

    def start(self) -> None:
        self._due = time.monotonic() + self._interval_s
        _timers.append(self)

    def stop(self) -> None:
        if self in _timers:
            _timers.remove(self)

    def run_if_due(self) -> None:
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + self._interval_s
            for call in self.timeout.called:
                call()


class QCoreApplication:
    @staticmethod
    def instance() -> object:
        return QCoreApplication


def process_events() -> None:
    """One round of the event loop."""
    for timer in list(_timers):
        timer.run_if_due()
