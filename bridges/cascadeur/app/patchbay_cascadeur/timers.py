"""What calls the pump on Cascadeur's main thread: `csc` has no timer, so whatever else there is."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any, Protocol

Tick = Callable[[], None]


class Timer(Protocol):
    """Made, started and stopped on the main thread."""

    name: str

    def start(self, interval_ms: int, tick: Tick) -> None: ...

    def stop(self) -> None: ...

    def is_modal(self) -> bool:
        """Whether the application shows a dialog that has to be answered first."""
        ...


class QtTimer:
    """PySide6's, where it ships with Cascadeur."""

    name = "qt"

    def __init__(self) -> None:
        from PySide6 import QtCore, QtGui

        self._gui = QtGui.QGuiApplication
        if QtCore.QCoreApplication.instance() is None:
            raise RuntimeError("PySide6 does not run Cascadeur's own event loop")
        self._timer: Any = QtCore.QTimer()

    def start(self, interval_ms: int, tick: Tick) -> None:
        self._timer.setInterval(interval_ms)
        self._timer.timeout.connect(tick)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def is_modal(self) -> bool:
        return self._gui.modalWindow() is not None


class LoopTimer:
    """The event loop itself, where the asynchronous form joins one on the main thread."""

    name = "loop"

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._next: asyncio.Handle | None = None

    def start(self, interval_ms: int, tick: Tick) -> None:
        def again() -> None:
            self._next = self._loop.call_later(interval_ms / 1000, again)
            tick()

        self._next = self._loop.call_soon(again)

    def stop(self) -> None:
        if self._next is not None:
            self._next.cancel()

    def is_modal(self) -> bool:
        return False


class HookTimer:
    """None at all: the start-up hooks and the command `Patchbay: pump` come by, and nothing in between does."""

    name = "hooks"

    def start(self, interval_ms: int, tick: Tick) -> None:
        """Nothing: `running.nudge` ticks."""

    def stop(self) -> None:
        """Nothing was started."""

    def is_modal(self) -> bool:
        return False


def find_timer() -> Timer:
    """The best that this Cascadeur has."""
    try:
        return QtTimer()
    except (ImportError, RuntimeError):
        pass
    if sys.platform == "win32":
        from .win32_timer import Win32Timer

        return Win32Timer()
    return HookTimer()
