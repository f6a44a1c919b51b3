"""Plays the bridge: a WebSocket server that answers the hello, asks and collects, while the test turns the frames."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

TIMEOUT_S = 20.0


class RpcError(Exception):
    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.code: str = error["data"]["code"]
        self.context: dict[str, Any] = error["data"].get("context", {})


class Bridge:
    def __init__(self, folder: Path, world: Any, *, token: str = "secret", allow_code: bool = True) -> None:
        self.links, self.work_dir = folder / "links", folder / "work"
        self.links.mkdir(mode=0o700, exist_ok=True)
        self.work_dir.mkdir(mode=0o700, exist_ok=True)
        self.world, self.token, self.allow_code = world, token, allow_code
        self.hello: dict[str, Any] = {}
        self.notifications: list[dict[str, Any]] = []
        self.pongs: list[bytes] = []
        self.linked = False
        self.refusal = {"code": -32003, "message": "its token is wrong", "data": {"code": "LINK_REFUSED"}}
        self._answers: dict[Any, dict[str, Any]] = {}
        self._ids = itertools.count(1)
        self._peer: socket.socket | None = None
        self._data = bytearray()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        self.write_rendezvous()

    def __enter__(self) -> Bridge:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()
        self._listener.close()

    def write_rendezvous(self, **change: Any) -> Path:
        path = self.links / "touchdesigner-test.json"
        content = {"v": 1, "app": "touchdesigner", "bridge": "test", "transport": "websocket", "token": "secret"}
        content |= {"address": f"ws://127.0.0.1:{self.port}/", "pid": os.getpid(), **change}
        path.write_text(json.dumps(content), encoding="utf-8")
        path.chmod(0o600)
        return path

    def turn(self, until: Callable[[], Any], what: str = "it happened") -> Any:
        """Turns frames until it holds, and answers it."""
        end = time.monotonic() + TIMEOUT_S
        while time.monotonic() < end:
            # the handshake is a conversation within one frame: it is played beside it
            self._accept()
            self.world.frame(1 / 60)
            self._read()
            found = until()
            if found:
                return found
            time.sleep(0.001)
        raise AssertionError(f"Waited in vain until {what}")

    def until_linked(self) -> None:
        def both_know() -> bool:
            status = self.world.find("/project1/patchbay", self.world.root).par.Status.eval()
            return self.linked and status.startswith("linked")

        self.turn(both_know, "TouchDesigner is linked")
        # it looks around before it tells of anything
        self.world.frame(1 / 60)

    def drop(self) -> None:
        """Ends the connection, as a bridge does that crashes."""
        if self._peer is not None:
            self._peer.close()
        self._peer, self.linked = None, False
        self._data.clear()

    def begin(self, method: str, params: dict[str, Any] | None = None) -> int:
        request = next(self._ids)
        self.send({"jsonrpc": "2.0", "id": request, "method": method, "params": params or {}})
        return request

    def result_of(self, request: int) -> Any:
        answer = self.turn(lambda: self._answers.pop(request, None), "it is answered")
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer["result"]

    def start(self, command: str, *, live: bool = False, **args: Any) -> int:
        return self.begin("execute", {"command": command, "args": args, "id": f"id-{command}", "live": live})

    def run(self, command: str, *, live: bool = False, **args: Any) -> Any:
        return self.result_of(self.start(command, live=live, **args))

    def event(self, name: str, fits: Callable[[dict[str, Any]], bool] = lambda _data: True) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            events = (each["params"] for each in self.notifications if each["method"] == "event")
            return next((each["data"] for each in events if each["event"] == name and fits(each["data"])), None)

        return self.turn(found, f"{name} is told")

    def send(self, message: dict[str, Any]) -> None:
        self.send_frame(1, json.dumps(message).encode())

    def send_frame(self, opcode: int, content: bytes, *, last: bool = True) -> None:
        assert self._peer is not None
        length = len(content)
        head = bytes([(0x80 if last else 0) | opcode])
        if length < 126:
            head += bytes([length])
        elif length < 65536:
            head += struct.pack("!BH", 126, length)
        else:
            head += struct.pack("!BQ", 127, length)
        self._peer.setblocking(True)
        self._peer.sendall(head + content)
        self._peer.setblocking(False)

    def _accept(self) -> None:
        """The stand-in dials and waits for the answer in one frame: the answer is sent by a thread."""
        if self._peer is not None or getattr(self, "_waiting", None):
            return
        import threading

        def serve() -> None:
            try:
                self._listener.setblocking(True)
                self._listener.settimeout(0.5)
                peer, _ = self._listener.accept()
            except OSError:
                return
            finally:
                self._waiting = None
            head = b""
            while b"\r\n\r\n" not in head:
                head += peer.recv(4096)
            key = next(
                line.split(b": ")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key")
            )
            accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
            lines = [b"HTTP/1.1 101 Switching Protocols", b"Upgrade: websocket", b"Connection: Upgrade"]
            peer.sendall(b"\r\n".join([*lines, b"Sec-WebSocket-Accept: " + accept, b"", b""]))
            peer.setblocking(False)
            self._peer = peer

        self._waiting = threading.Thread(target=serve, daemon=True)
        self._waiting.start()

    def _read(self) -> None:
        if self._peer is None:
            return
        try:
            while chunk := self._peer.recv(1 << 20):
                self._data += chunk
            self.drop()
        except BlockingIOError:
            pass
        except OSError:
            self.drop()
        while (frame := self._frame()) is not None:
            opcode, content = frame
            if opcode == 1:
                self._take(json.loads(content))
            elif opcode == 10:
                self.pongs.append(content)
            elif opcode == 8:
                self.drop()

    def _frame(self) -> tuple[int, bytes] | None:
        data = self._data
        if len(data) < 2:
            return None
        length, start = data[1] & 0x7F, 2
        if length == 126:
            length, start = struct.unpack_from("!H", data, 2)[0], 4
        elif length == 127:
            length, start = struct.unpack_from("!Q", data, 2)[0], 10
        if len(data) < start + 4 + length:
            return None
        assert data[1] & 0x80, "a client masks what it sends"
        mask = data[start : start + 4]
        content = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data[start + 4 : start + 4 + length]))
        opcode = data[0] & 0x0F
        del data[: start + 4 + length]
        return opcode, content

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("method") == "hello":
            self.hello = message["params"]
            if self.hello["token"] != self.token:
                self.send({"jsonrpc": "2.0", "id": message["id"], "error": self.refusal})
                return
            answer = {"protocol": 1, "bridge": "test", "bridgeVersion": "0.1.0", "allowCode": self.allow_code}
            self.send({"jsonrpc": "2.0", "id": message["id"], "result": {**answer, "workDir": str(self.work_dir)}})
            self.linked = True
        elif "method" in message:
            self.notifications.append(message)
        else:
            self._answers[message["id"]] = message
