# SPDX-License-Identifier: GPL-3.0-or-later
"""The named pipe against a stand-in for Windows, made of a socket pair: what is asked of it, and in which order."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest


class Operation:
    """One overlapped read or write."""

    def __init__(self, work: Any) -> None:
        self._work = work
        self._data = b""
        self.cancelled = threading.Event()

    def GetOverlappedResult(self, wait: bool) -> tuple[int, int]:  # noqa: N802 - its name in Windows
        assert wait
        while not self.cancelled.is_set():
            done = self._work()
            if done is not None:
                self._data = done if isinstance(done, bytes) else b""
                return (len(done) if isinstance(done, bytes) else done), 0
        error = OSError("aborted")
        error.winerror = 995  # type: ignore[attr-defined]
        raise error

    def getbuffer(self) -> bytes:
        return self._data + b"what was in the buffer before"

    def cancel(self) -> None:
        self.cancelled.set()


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, socket.socket, list[int]]]:
    ours, theirs = socket.socketpair()
    ours.settimeout(0.02)
    closed: list[int] = []

    def receive(size: int) -> bytes | None:
        try:
            found = ours.recv(size)
        except TimeoutError:
            return None
        if not found:
            error = OSError("broken pipe")
            error.winerror = 109  # type: ignore[attr-defined]
            raise error
        return found

    windows = SimpleNamespace(
        GENERIC_READ=1,
        GENERIC_WRITE=2,
        OPEN_EXISTING=3,
        NULL=0,
        WaitNamedPipe=lambda _name, _ms: None,
        CreateFile=lambda *arguments: 7 if arguments[5] == 0x40000000 else None,
        ReadFile=lambda _handle, size, overlapped: (Operation(lambda: receive(size)), 997),
        # a pipe may take less than it was given
        WriteFile=lambda _handle, data, overlapped: (Operation(lambda: ours.send(data[:3])), 997),
        CloseHandle=closed.append,
    )
    monkeypatch.setitem(sys.modules, "_winapi", windows)
    monkeypatch.delitem(sys.modules, "patchbay.windows_pipe", raising=False)
    from patchbay.windows_pipe import PipeStream

    yield PipeStream(r"\\.\pipe\patchbay-test"), theirs, closed
    ours.close()
    theirs.close()
    sys.modules.pop("patchbay.windows_pipe", None)


def test_bytes_go_both_ways_at_once(pipe: Any) -> None:
    stream, bridge, _ = pipe
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(stream.receive()))
    reader.start()
    stream.send(b"0123456789")
    assert bridge.recv(100) == b"0123456789"
    bridge.sendall(b"hello")
    reader.join(5)
    assert received == [b"hello"]


def test_closing_wakes_who_waits_and_closes_once(pipe: Any) -> None:
    stream, _, closed = pipe
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(stream.receive()))
    reader.start()
    while not stream._running:
        pass
    stream.close()
    stream.close()
    reader.join(5)
    assert received == [b""]
    assert closed == [7]
    with pytest.raises(BrokenPipeError):
        stream.send(b"x")


def test_the_other_sides_end_is_the_end(pipe: Any) -> None:
    stream, bridge, _ = pipe
    bridge.close()
    assert stream.receive() == b""
