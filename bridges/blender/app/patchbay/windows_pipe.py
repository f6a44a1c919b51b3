# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows named pipe, through the part of Python's standard library that `multiprocessing` uses for it.

Opened for overlapped work: otherwise a thread that waits for bytes would hold up the one that sends some.
"""

from __future__ import annotations

import _winapi
import threading
from typing import Any

_CHUNK = 65536
_BUSY_MS = 5000
_FILE_FLAG_OVERLAPPED = 0x40000000
_ERROR_BROKEN_PIPE = 109
_ERROR_PIPE_NOT_CONNECTED = 233
_ERROR_OPERATION_ABORTED = 995
_OVER = {_ERROR_BROKEN_PIPE, _ERROR_PIPE_NOT_CONNECTED, _ERROR_OPERATION_ABORTED}


class PipeStream:
    def __init__(self, name: str) -> None:
        _winapi.WaitNamedPipe(name, _BUSY_MS)
        access = _winapi.GENERIC_READ | _winapi.GENERIC_WRITE
        self._handle: int | None = _winapi.CreateFile(
            name, access, 0, _winapi.NULL, _winapi.OPEN_EXISTING, _FILE_FLAG_OVERLAPPED, _winapi.NULL
        )
        self._lock = threading.Lock()
        self._running: set[Any] = set()

    def receive(self) -> bytes:
        try:
            with self._lock:
                operation, _ = _winapi.ReadFile(self._open(), _CHUNK, overlapped=True)
                self._running.add(operation)
            size = self._finish(operation)
        except OSError as error:
            if getattr(error, "winerror", None) in _OVER:
                return b""
            raise
        return bytes(operation.getbuffer())[:size]

    def send(self, data: bytes) -> None:
        while data:
            with self._lock:
                operation, _ = _winapi.WriteFile(self._open(), data, overlapped=True)
                self._running.add(operation)
            data = data[self._finish(operation) :]

    def close(self) -> None:
        with self._lock:
            handle, self._handle = self._handle, None
            for operation in self._running:
                operation.cancel()
        if handle is not None:
            _winapi.CloseHandle(handle)

    def _open(self) -> int:
        if self._handle is None:
            raise BrokenPipeError("the pipe is closed")
        return self._handle

    def _finish(self, operation: Any) -> int:
        try:
            size, _ = operation.GetOverlappedResult(True)
        finally:
            with self._lock:
                self._running.discard(operation)
        return int(size)
