"""WebSocket DATs: clients after RFC 6455 that are read once a frame, and call back on the main thread."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import struct
from typing import Any

_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_LARGEST = 256 * 1024 * 1024
_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10


class Sockets:
    """Every WebSocket DAT of a world with its connection."""

    def __init__(self, world: Any) -> None:
        self._world = world
        self._open: dict[int, tuple[Any, Client]] = {}
        self._wanted: dict[int, Any] = {}

    def switched(self, dat: Any) -> None:
        """Its `active` is another one."""
        self._drop(dat)
        if dat.par.active.eval():
            self._wanted[id(dat)] = dat
        else:
            self._wanted.pop(id(dat), None)

    def poll(self) -> None:
        """Once a frame."""
        wanted, self._wanted = list(self._wanted.values()), {}
        for dat in wanted:
            if dat.valid:
                self._connect(dat)
        for dat, client in list(self._open.values()):
            if not dat.valid:
                client.close()
                del self._open[id(dat)]
                continue
            for opcode, content in client.read():
                if self._open.get(id(dat), (None, None))[1] is not client:
                    break
                self._deliver(dat, opcode, content)
            client.flush()
            if client.closed and self._open.get(id(dat), (None, None))[1] is client:
                del self._open[id(dat)]
                self._call(dat, "onDisconnect", dat)

    def send(self, dat: Any, text: str) -> int:
        return self._write(dat, _TEXT, text.encode("utf-8", "replace"))

    def pong(self, dat: Any, contents: bytes) -> int:
        return self._write(dat, _PONG, contents)

    def close(self) -> None:
        for _, client in self._open.values():
            client.close()
        self._open.clear()

    def _write(self, dat: Any, opcode: int, content: bytes) -> int:
        entry = self._open.get(id(dat))
        if entry is None:
            return 0
        entry[1].send(opcode, content)
        entry[1].flush()
        return len(content)

    def _connect(self, dat: Any) -> None:
        try:
            client = Client(str(dat.par.netaddress.eval()), int(dat.par.port.eval()), dat.par.timeout.eval() / 1000)
        except OSError:
            self._call(dat, "onDisconnect", dat)
            return
        self._open[id(dat)] = (dat, client)
        self._call(dat, "onConnect", dat)

    def _drop(self, dat: Any) -> None:
        entry = self._open.pop(id(dat), None)
        if entry is not None:
            entry[1].close()
            self._call(dat, "onDisconnect", dat)

    def _deliver(self, dat: Any, opcode: int, content: bytes) -> None:
        if opcode == _TEXT:
            self._call(dat, "onReceiveText", dat, 0, content.decode("utf-8", "replace"))
        elif opcode == _BINARY:
            self._call(dat, "onReceiveBinary", dat, content)
        elif opcode == _PING:
            self._call(dat, "onReceivePing", dat, content)

    def _call(self, dat: Any, name: str, *arguments: Any) -> None:
        script = dat.parent().op(str(dat.par.callbacks.eval())) if dat.valid else None
        if script is not None:
            self._world.callback(script, name, *arguments)


class Client:
    """One connection."""

    def __init__(self, host: str, port: int, timeout: float) -> None:
        self.closed = False
        self._in = bytearray()
        self._out = bytearray()
        self._parts = bytearray()
        self._kind = _TEXT
        self._socket = socket.create_connection((host, port), timeout=max(timeout, 0.1))
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._upgrade(host, port)
            self._socket.setblocking(False)
        except OSError:
            self._socket.close()
            raise

    def _upgrade(self, host: str, port: int) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            "GET / HTTP/1.1",
            f"Host: {host}:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
        ]
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        while b"\r\n\r\n" not in self._in:
            chunk = self._socket.recv(4096)
            if not chunk:
                raise ConnectionError("the server ended the handshake")
            self._in += chunk
        head, _, rest = bytes(self._in).partition(b"\r\n\r\n")
        expected = base64.b64encode(hashlib.sha1((key + _MAGIC).encode()).digest())
        if b" 101 " not in head.split(b"\r\n")[0] or expected not in head:
            raise ConnectionError("the server speaks no WebSocket")
        self._in = bytearray(rest)

    def send(self, opcode: int, content: bytes) -> None:
        length = len(content)
        if length < 126:
            header = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
        elif length < 65536:
            header = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, length)
        else:
            header = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, length)
        mask = os.urandom(4)
        self._out += header + mask + _masked(content, mask)

    def flush(self) -> None:
        while self._out and not self.closed:
            try:
                sent = self._socket.send(self._out)
            except BlockingIOError:
                return
            except OSError:
                self.closed = True
                return
            del self._out[:sent]

    def read(self) -> list[tuple[int, bytes]]:
        """The messages that have come, whole."""
        try:
            while chunk := self._socket.recv(1 << 20):
                self._in += chunk
            self.closed = True
        except BlockingIOError:
            pass
        except OSError:
            self.closed = True
        found: list[tuple[int, bytes]] = []
        while (frame := self._frame()) is not None:
            last, opcode, content = frame
            if opcode == _CLOSE:
                self.close()
                break
            if opcode >= _CLOSE:
                found.append((opcode, content))
                continue
            if opcode:
                self._kind, self._parts = opcode, bytearray()
            self._parts += content
            if last:
                found.append((self._kind, bytes(self._parts)))
        return found

    def close(self) -> None:
        if not self.closed:
            self.send(_CLOSE, struct.pack("!H", 1000))
            self.flush()
        self.closed = True
        self._socket.close()

    def _frame(self) -> tuple[bool, int, bytes] | None:
        data = self._in
        if len(data) < 2:
            return None
        length, start = data[1] & 0x7F, 2
        if length == 126:
            if len(data) < 4:
                return None
            length, start = struct.unpack_from("!H", data, 2)[0], 4
        elif length == 127:
            if len(data) < 10:
                return None
            length, start = struct.unpack_from("!Q", data, 2)[0], 10
        if length > _LARGEST:
            self.close()
            return None
        if len(data) < start + length:
            return None
        last, opcode = bool(data[0] & 0x80), data[0] & 0x0F
        content = bytes(data[start : start + length])
        del data[: start + length]
        return last, opcode, content


def _masked(content: bytes, mask: bytes) -> bytes:
    if not content:
        return content
    repeated = (mask * (len(content) // 4 + 1))[: len(content)]
    return (int.from_bytes(content, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(content), "big")
