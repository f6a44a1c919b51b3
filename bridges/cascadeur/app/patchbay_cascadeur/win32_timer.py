"""A timer for a Cascadeur without PySide6 on Windows: a message-only window of the main thread gets WM_TIMER."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from ctypes import wintypes
from typing import Any

from .timers import Tick

_WM_TIMER = 0x0113
_HWND_MESSAGE = -3
_TIMER_ID = 1

if sys.platform == "win32":
    _Procedure = ctypes.WINFUNCTYPE(ctypes.c_ssize_t, wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)
    _EachWindow = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)

    class _WindowClass(ctypes.Structure):
        _fields_ = [
            ("style", wintypes.UINT),
            ("lpfnWndProc", _Procedure),
            ("cbClsExtra", ctypes.c_int),
            ("cbWndExtra", ctypes.c_int),
            ("hInstance", wintypes.HINSTANCE),
            ("hIcon", wintypes.HICON),
            ("hCursor", wintypes.HANDLE),
            ("hbrBackground", wintypes.HBRUSH),
            ("lpszMenuName", wintypes.LPCWSTR),
            ("lpszClassName", wintypes.LPCWSTR),
        ]


class Win32Timer:
    """Ticks on the thread that started it, as long as that thread dispatches messages."""

    name = "win32"

    def __init__(self) -> None:
        self._user32: Any = ctypes.WinDLL("user32", use_last_error=True)
        self._kernel32: Any = ctypes.WinDLL("kernel32", use_last_error=True)
        _declare(self._user32, self._kernel32)
        self._window: int | None = None
        # Windows keeps the address only: what is at it has to stay
        self._procedure: Any = None

    def start(self, interval_ms: int, tick: Tick) -> None:
        def procedure(window: int, message: int, first: int, second: int) -> int:
            if message != _WM_TIMER or first != _TIMER_ID:
                return self._user32.DefWindowProcW(window, message, first, second)
            # nothing may be raised into the application's own loop
            with contextlib.suppress(Exception):
                tick()
            return 0

        self._procedure = _Procedure(procedure)
        described = _WindowClass()
        described.lpfnWndProc = self._procedure
        described.hInstance = self._kernel32.GetModuleHandleW(None)
        described.lpszClassName = f"PatchbayCascadeur{os.getpid()}-{id(self)}"
        if not self._user32.RegisterClassW(ctypes.byref(described)):
            raise ctypes.WinError(ctypes.get_last_error())
        self._window = self._user32.CreateWindowExW(
            0, described.lpszClassName, None, 0, 0, 0, 0, 0, _HWND_MESSAGE, None, described.hInstance, None
        )
        if not self._window or not self._user32.SetTimer(self._window, _TIMER_ID, interval_ms, None):
            raise ctypes.WinError(ctypes.get_last_error())

    def stop(self) -> None:
        if self._window:
            self._user32.KillTimer(self._window, _TIMER_ID)
            self._user32.DestroyWindow(self._window)
            self._window = None

    def is_modal(self) -> bool:
        """A dialog makes the windows behind it deaf."""
        deaf: list[int] = []

        def look(window: int, _: int) -> bool:
            if self._user32.IsWindowVisible(window) and not self._user32.IsWindowEnabled(window):
                deaf.append(window)
            return not deaf

        self._user32.EnumThreadWindows(self._kernel32.GetCurrentThreadId(), _EachWindow(look), 0)
        return bool(deaf)


def _declare(user32: Any, kernel32: Any) -> None:
    """A handle has 64 bits, which ctypes does not know by itself."""
    user32.DefWindowProcW.argtypes = [wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM]
    user32.DefWindowProcW.restype = ctypes.c_ssize_t
    user32.CreateWindowExW.argtypes = [
        wintypes.DWORD,
        wintypes.LPCWSTR,
        wintypes.LPCWSTR,
        wintypes.DWORD,
        *[ctypes.c_int] * 4,
        wintypes.HWND,
        wintypes.HMENU,
        wintypes.HINSTANCE,
        wintypes.LPVOID,
    ]
    user32.CreateWindowExW.restype = wintypes.HWND
    user32.SetTimer.argtypes = [wintypes.HWND, ctypes.c_size_t, wintypes.UINT, ctypes.c_void_p]
    user32.SetTimer.restype = ctypes.c_size_t
    user32.KillTimer.argtypes = [wintypes.HWND, ctypes.c_size_t]
    user32.DestroyWindow.argtypes = [wintypes.HWND]
    user32.IsWindowVisible.argtypes = [wintypes.HWND]
    user32.IsWindowEnabled.argtypes = [wintypes.HWND]
    kernel32.GetModuleHandleW.restype = wintypes.HMODULE
