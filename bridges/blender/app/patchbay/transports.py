# SPDX-License-Identifier: GPL-3.0-or-later
"""How Blender dials its bridge: a Unix socket, a Windows named pipe, or TCP on the loopback address."""

from __future__ import annotations

import contextlib
import socket
from typing import Protocol

from .rendezvous import NoBridgeError, Rendezvous

_DIAL_TIMEOUT_S = 5.0


class ByteStream(Protocol):
    """One thread may receive while another one sends; `close` wakes both."""

    def receive(self) -> bytes:
        """Waits for bytes; none means that the other side has closed."""

    def send(self, data: bytes) -> None: ...

    def close(self) -> None: ...


def dial(bridge: Rendezvous) -> ByteStream:
    """Raises `NoBridgeError` where nobody listens."""
    try:
        if bridge.transport == "unix":
            return _SocketStream(socket.AF_UNIX, bridge.address)
        if bridge.transport == "tcp":
            return _SocketStream(socket.AF_INET, _loopback(bridge.address))
        if bridge.transport == "pipe":
            from .windows_pipe import PipeStream

            return PipeStream(bridge.address)
    except (OSError, AttributeError, ImportError) as error:
        raise NoBridgeError(f"Bridge '{bridge.bridge}' does not answer on {bridge.address}: {error}") from error
    raise NoBridgeError(f"Bridge '{bridge.bridge}' asks for the transport '{bridge.transport}', which is unknown here")


def _loopback(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    if host != "127.0.0.1" or not port.isdigit():
        raise NoBridgeError(f"{address} is not on this machine, so it is not dialled")
    return host, int(port)


class _SocketStream:
    def __init__(self, family: int, address: str | tuple[str, int]) -> None:
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(_DIAL_TIMEOUT_S)
            self._socket.connect(address)
            self._socket.settimeout(None)
            if family == socket.AF_INET:
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            self._socket.close()
            raise

    def receive(self) -> bytes:
        return self._socket.recv(65536)

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            # wakes a thread that waits in receive, which closing alone does not
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
