# SPDX-License-Identifier: GPL-3.0-or-later
"""One JSON-RPC 2.0 connection to a bridge. Sending never blocks: a thread of its own writes what waits."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .errors import CommandError
from .framing import FrameDecoder, FramingError, encode_frame
from .transports import ByteStream

_HELLO_ID = "hello"
# A bridge that takes nothing for so many messages is gone.
_MAX_WAITING = 10_000
_FLUSH_S = 1.0


class LinkLost(Exception):  # noqa: N818 - what happened, and often no fault
    """The connection is over; the message says why."""


class LinkRefused(LinkLost):
    """The bridge does not want this Blender."""


@dataclass(frozen=True)
class Welcome:
    """What the bridge answered to the hello."""

    bridge: str
    bridge_version: str
    allow_code: bool
    work_dir: str


@dataclass
class Request:
    """Something that the bridge asked for; `method` may also be a notification, whose `id` is None."""

    connection: Connection
    id: str | int | None
    method: str
    params: dict[str, Any]

    def __post_init__(self) -> None:
        self._cancelled = threading.Event()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self) -> None:
        self._cancelled.set()

    def answer(self, result: Any) -> None:
        self.connection.answer(self, {"result": result})

    def refuse(self, error: CommandError) -> None:
        self.connection.answer(self, {"error": error.to_rpc()})


class Connection:
    """`read` runs on the thread that owns it and hands requests to `inbox`; everything else may be called anywhere."""

    def __init__(self, stream: ByteStream, inbox: Callable[[Request], None]) -> None:
        self.welcome = Welcome("", "", False, "")
        self._stream = stream
        self._inbox = inbox
        self._outbox: queue.Queue[bytes | None] = queue.Queue(_MAX_WAITING)
        self._open: dict[str | int, Request] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        # one for the whole life: the bytes that follow the hello may have come with it
        self._messages = self._read_messages(FrameDecoder())
        self._writer = threading.Thread(target=self._write, name="patchbay-link-writer", daemon=True)
        self._writer.start()

    @property
    def closed(self) -> bool:
        return self._closed.is_set()

    def hello(self, params: dict[str, Any], bridge: str) -> Welcome:
        """Introduces Blender and waits for the bridge's answer. Raises `LinkRefused` or `LinkLost`."""
        self._send({"jsonrpc": "2.0", "id": _HELLO_ID, "method": "hello", "params": params})
        for message in self._messages:
            if not isinstance(message, dict) or message.get("id") != _HELLO_ID:
                raise LinkLost("the bridge did not answer the hello")
            if "error" in message:
                error = message["error"]
                raise LinkRefused(str(error.get("message", error)) if isinstance(error, dict) else str(error))
            result = message.get("result")
            if not isinstance(result, dict):
                raise LinkLost("the bridge did not answer the hello")
            self.welcome = Welcome(
                bridge=str(result.get("bridge", bridge)),
                bridge_version=str(result.get("bridgeVersion", "")),
                allow_code=result.get("allowCode") is True,
                work_dir=str(result.get("workDir", "")),
            )
            return self.welcome
        raise LinkLost("the bridge closed the link at the hello")

    def read(self) -> None:
        """Reads until the connection ends. Raises `LinkLost`."""
        for message in self._messages:
            self._take(message)
        raise LinkLost("the bridge closed the link")

    def notify(self, method: str, params: dict[str, Any]) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def answer(self, request: Request, outcome: dict[str, Any]) -> None:
        if request.id is None:
            return
        with self._lock:
            self._open.pop(request.id, None)
        try:
            self._send({"jsonrpc": "2.0", "id": request.id, **outcome})
        except (FramingError, ValueError, TypeError) as error:
            problem = CommandError("INTERNAL", f"Cannot send the answer: {error}")
            self._send({"jsonrpc": "2.0", "id": request.id, "error": problem.to_rpc()})

    def close(self) -> None:
        """Ends the connection once what waits is sent; what still runs is cancelled."""
        if self._closed.is_set():
            return
        self._closed.set()
        with contextlib.suppress(queue.Full):
            self._outbox.put_nowait(None)
        if threading.current_thread() is not self._writer:
            self._writer.join(_FLUSH_S)
        self._stream.close()
        with self._lock:
            running = list(self._open.values())
            self._open.clear()
        for request in running:
            request.cancel()

    def _take(self, message: Any) -> None:
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            raise LinkLost("the bridge sent something that is not JSON-RPC 2.0")
        method, params = message.get("method"), message.get("params")
        if not isinstance(method, str):
            return
        params = params if isinstance(params, dict) else {}
        if method == "$/cancelRequest":
            with self._lock:
                request = self._open.get(params.get("id", ""))
            if request is not None:
                request.cancel()
            return
        request_id = message.get("id")
        request = Request(self, request_id if isinstance(request_id, (str, int)) else None, method, params)
        if request.id is not None:
            with self._lock:
                self._open[request.id] = request
        self._inbox(request)

    def _read_messages(self, decoder: FrameDecoder) -> Iterator[Any]:
        while True:
            try:
                chunk = self._stream.receive()
            except OSError as error:
                raise LinkLost(f"the link broke: {error}") from error
            if not chunk:
                return
            try:
                yield from decoder.push(chunk)
            except FramingError as error:
                raise LinkLost(str(error)) from error

    def _send(self, message: dict[str, Any]) -> None:
        frame = encode_frame(message)
        if self._closed.is_set():
            return
        try:
            self._outbox.put_nowait(frame)
        except queue.Full:
            self._closed.set()
            self._stream.close()

    def _write(self) -> None:
        while True:
            frame = self._outbox.get()
            if frame is None:
                return
            try:
                self._stream.send(frame)
            except OSError:
                # the reading thread meets the same end and says why
                self._stream.close()
                return
