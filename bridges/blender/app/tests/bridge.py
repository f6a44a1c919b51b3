# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays the bridge: listens on a Unix socket, writes the rendezvous file, answers the hello, asks and collects."""

from __future__ import annotations

import itertools
import json
import os
import queue
import socket
import threading
from pathlib import Path
from typing import Any

from patchbay.framing import FrameDecoder, encode_frame

TIMEOUT_S = 120.0


class RpcError(Exception):
    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.code: str = error["data"]["code"]
        self.context: dict[str, Any] = error["data"].get("context", {})
        self.issues: list[dict[str, Any]] = error["data"].get("issues", [])


class Bridge:
    def __init__(
        self, folder: Path, *, allow_code: bool = True, token: str = "secret", transport: str = "unix"
    ) -> None:
        self.links = folder / "links"
        self.work_dir = folder / "work"
        self.links.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.work_dir.mkdir(mode=0o700, exist_ok=True)
        self.token = token
        self.allow_code = allow_code
        self.hello: dict[str, Any] = {}
        # Bytes that leave together with the hello's answer.
        self.after_hello = b""
        self.notifications: list[dict[str, Any]] = []
        self.noted = threading.Condition()
        self._ids = itertools.count(1)
        self._answers: dict[Any, queue.Queue[dict[str, Any]]] = {}
        self._connection: socket.socket | None = None
        self._linked = threading.Event()
        self._listener = socket.socket(socket.AF_UNIX if transport == "unix" else socket.AF_INET)
        if transport == "unix":
            # sockets have a short maximum path
            address = f"/tmp/patchbay-test-{os.getpid()}-{id(self)}.sock"
            self._listener.bind(address)
            self._socket_path: str | None = address
        else:
            self._listener.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{self._listener.getsockname()[1]}"
            self._socket_path = None
        self._listener.listen(2)
        self.rendezvous = self.links / "blender-test.json"
        content = {"v": 1, "app": "blender", "bridge": "test", "transport": transport, "address": address}
        self.rendezvous.write_text(json.dumps({**content, "token": "secret", "pid": os.getpid()}))
        self.rendezvous.chmod(0o600)
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> Bridge:
        return self

    def __exit__(self, *_: object) -> None:
        self.rendezvous.unlink(missing_ok=True)
        self._listener.close()
        self.drop()
        if self._socket_path is not None:
            Path(self._socket_path).unlink(missing_ok=True)

    def wait_linked(self, timeout: float = TIMEOUT_S) -> None:
        assert self.linked(timeout), "Blender did not link"

    def linked(self, timeout: float) -> bool:
        return self._linked.wait(timeout)

    def drop(self) -> None:
        """Ends the connection, as a bridge does that crashes."""
        connection, self._connection = self._connection, None
        self._linked.clear()
        if connection is not None:
            connection.shutdown(socket.SHUT_RDWR) if connection.fileno() >= 0 else None
            connection.close()

    def ask(self, method: str, params: dict[str, Any] | None = None, timeout: float = TIMEOUT_S) -> Any:
        return self.result_of(self.begin(method, params), timeout)

    def begin(self, method: str, params: dict[str, Any] | None = None) -> int:
        request = next(self._ids)
        self._answers[request] = queue.Queue()
        self.send({"jsonrpc": "2.0", "id": request, "method": method, "params": params or {}})
        return request

    def result_of(self, request: int, timeout: float = TIMEOUT_S) -> Any:
        answer = self._answers[request].get(timeout=timeout)
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer["result"]

    def run(self, command: str, **args: Any) -> Any:
        return self.result_of(self.start(command, **args))

    def start(self, command: str, **args: Any) -> int:
        return self.begin("execute", {"command": command, "args": args, "id": f"command-{command}"})

    def cancel(self, request: int) -> None:
        self.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": request}})

    def send(self, message: dict[str, Any]) -> None:
        assert self._connection is not None
        self._connection.sendall(encode_frame(message))

    def wait_for(self, method: str, fits: Any = lambda _params: True, timeout: float = TIMEOUT_S) -> dict[str, Any]:
        """The first notification of that kind, also one that has come already."""

        def found() -> dict[str, Any] | None:
            matching = (each for each in self.notifications if each["method"] == method and fits(each["params"]))
            return next(matching, None)

        with self.noted:
            assert self.noted.wait_for(found, timeout), f"no {method} came"
            message = found()
        assert message is not None
        return message["params"]

    def forget_notifications(self) -> None:
        with self.noted:
            self.notifications.clear()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _read(self, connection: socket.socket) -> None:
        decoder = FrameDecoder()
        while True:
            try:
                chunk = connection.recv(65536)
            except OSError:
                return
            if not chunk:
                return
            for message in decoder.push(chunk):
                self._take(connection, message)

    def _take(self, connection: socket.socket, message: dict[str, Any]) -> None:
        if message.get("method") == "hello":
            self.hello = message["params"]
            if self.hello["token"] != self.token:
                error = {"code": -32003, "message": "its token is wrong", "data": {"code": "LINK_REFUSED"}}
                connection.sendall(encode_frame({"jsonrpc": "2.0", "id": message["id"], "error": error}))
                connection.close()
                return
            result = {
                "protocol": 1,
                "bridge": "test",
                "bridgeVersion": "0.1.0",
                "allowCode": self.allow_code,
                "workDir": str(self.work_dir),
            }
            answer = encode_frame({"jsonrpc": "2.0", "id": message["id"], "result": result})
            connection.sendall(answer + self.after_hello)
            self._connection = connection
            self._linked.set()
        elif "method" in message:
            with self.noted:
                self.notifications.append(message)
                self.noted.notify_all()
        else:
            self._answers[message["id"]].put(message)
