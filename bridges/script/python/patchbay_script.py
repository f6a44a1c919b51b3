"""A script as an application of Patchbay: its functions are commands. Needs Python 3.9 or newer, and nothing else.

    from patchbay_script import command, run

    @command(effect="write", phrases=["greet {name}"])
    def greet(name: str, times: int = 1) -> str:
        "Says hello."
        return f"Hello, {name}! " * times

    run()

Its bridge starts it (`patchbay bridge script:greet.py`) and talks to it on its standard streams; what the script
prints goes to the bridge's log. Started by hand, it looks for a bridge that waits for it, as
`patchbay bridge script:listen:greet` does.
Commands, timers and questions run one after the other, on the main thread.
"""

from __future__ import annotations

import base64
import collections.abc
import dataclasses
import enum
import inspect
import json
import mimetypes
import os
import pathlib
import queue
import re
import shutil
import socket
import struct
import sys
import threading
import time
import types
import typing
import uuid
from typing import Any, BinaryIO, Callable

__all__ = [
    "Cancelled",
    "Field",
    "File",
    "Problem",
    "Script",
    "channel",
    "check_cancelled",
    "command",
    "event",
    "every",
    "log",
    "progress",
    "run",
    "simulated",
    "state",
]
__version__ = "0.1.0"

PROTOCOL = 1
MAX_MESSAGE_BYTES = 64 * 1024 * 1024
_RETRY_S = 1.0


class Problem(Exception):
    """Why a command cannot be done, for the person who asked; `code` is one of Patchbay's table."""

    def __init__(self, message: str, code: str = "COMMAND_FAILED", **context: Any) -> None:
        super().__init__(message)
        self.code = code
        self.context = context


class Cancelled(Problem):
    """The command that runs was cancelled, or its time is over."""

    def __init__(self) -> None:
        super().__init__("The command was cancelled", "CANCELLED")


class Field:
    """More about an argument than its type says: `Annotated[float, Field("0 to 1", minimum=0, maximum=1)]`.

    Any word of JSON Schema goes; `slot="object"` and its like are Patchbay's own.
    """

    def __init__(self, description: str = "", **words: Any) -> None:
        self.schema = {**({"description": description} if description else {}), **words}


class File:
    """A file that travels: as an argument it lies at `path` while the command runs; of a result, a copy is given."""

    def __init__(self, path: str | os.PathLike[str], name: str = "", media_type: str = "") -> None:
        self.path = pathlib.Path(path)
        self.name = name or self.path.name
        self.media_type = media_type or mimetypes.guess_type(self.name)[0] or "application/octet-stream"


_FILE = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "name": {"type": "string"}, "mediaType": {"type": "string"}},
    "required": ["id", "name", "mediaType"],
    "slot": "asset",
}


# --- what the types say, as JSON Schema


def schema_of(hint: Any) -> dict[str, Any]:
    """The JSON Schema of a type; nothing is asked of a type that JSON has no word for."""
    if hint is None or hint is type(None):
        return {"type": "null"}
    if hint is Any or hint is inspect.Parameter.empty:
        return {}
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        whole = schema_of(parts[0])
        for note in parts[1:]:
            words = note.schema if isinstance(note, Field) else {"description": note} if isinstance(note, str) else {}
            whole = {**whole, **words}
        return whole
    if origin is typing.Literal:
        return {"enum": list(parts)}
    if origin is typing.Union or origin is getattr(types, "UnionType", typing.Union):
        return {"anyOf": [schema_of(part) for part in parts]}
    if origin in (tuple,) and parts and parts[-1] is not Ellipsis:
        size = len(parts)
        items = [schema_of(part) for part in parts]
        return {"type": "array", "prefixItems": items, "minItems": size, "maxItems": size}
    if origin in (list, tuple, set, collections.abc.Sequence, collections.abc.Iterable):
        return {"type": "array", "items": schema_of(parts[0])}
    if origin in (dict, collections.abc.Mapping):
        return {"type": "object", "additionalProperties": schema_of(parts[1])}
    return _schema_of_class(origin or hint)


_SIMPLE: dict[Any, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    list: {"type": "array"},
    tuple: {"type": "array"},
    dict: {"type": "object"},
}


def _schema_of_class(kind: Any) -> dict[str, Any]:
    if kind in _SIMPLE:
        return dict(_SIMPLE[kind])
    if kind is File:
        return dict(_FILE)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return {"enum": [member.value for member in kind]}
    if dataclasses.is_dataclass(kind):
        required = [
            field.name
            for field in dataclasses.fields(kind)
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        ]
        return _object(_hints(kind), required)
    if typing.is_typeddict(kind) if hasattr(typing, "is_typeddict") else hasattr(kind, "__required_keys__"):
        return _object(_hints(kind), sorted(kind.__required_keys__))
    return {}


def _object(hints: dict[str, Any], required: list[str]) -> dict[str, Any]:
    properties = {name: schema_of(hint) for name, hint in hints.items()}
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _hints(what: Any) -> dict[str, Any]:
    return typing.get_type_hints(what, include_extras=True)


def _arguments_of(function: Callable[..., Any]) -> dict[str, Any]:
    hints = _hints(function)
    properties, required = {}, []
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise TypeError(f"{function.__name__}: '{name}' cannot be given by its name")
        schema = schema_of(hints.get(name, Any))
        if parameter.default is parameter.empty:
            required.append(name)
        else:
            schema = {**schema, "default": _plain(parameter.default)}
        properties[name] = schema
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _plain(value: Any) -> Any:
    """The value as JSON has it."""
    if isinstance(value, enum.Enum):
        return _plain(value.value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, File):
        return _handed_over(value)
    if isinstance(value, pathlib.PurePath):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(inner) for inner in value]
    return value


def _handed_over(file: File) -> dict[str, Any]:
    """A copy for the bridge, which takes it away: the file itself stays with whom it belongs to."""
    folder = _script.work_dir / "outgoing"
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / uuid.uuid4().hex
    shutil.copyfile(file.path, copy)
    return {"$file": {"path": str(copy), "name": file.name, "mediaType": file.media_type}}


def _typed(hint: Any, value: Any) -> Any:
    """An argument as its function expects it: JSON knows no enums, no dataclasses, and writes 1.0 as 1."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _typed(parts[0], value)
    if hint is File and isinstance(value, dict) and "$file" in value:
        given = value["$file"]
        return File(given["path"], given.get("name", ""), given.get("mediaType", ""))
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return hint(value)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint) and isinstance(value, dict):
        hints = _hints(hint)
        return hint(**{name: _typed(hints.get(name, Any), inner) for name, inner in value.items()})
    if origin is list and isinstance(value, list):
        return [_typed(parts[0], inner) for inner in value]
    if origin is tuple and isinstance(value, list):
        return tuple(value)
    return value


# --- what carries messages


class _Frames:
    """Messages behind `Content-Length` headers, on pipes or a socket."""

    def __init__(self, reader: BinaryIO, writer: BinaryIO) -> None:
        self._reader, self._writer = reader, writer

    def receive(self) -> bytes | None:
        length = 0
        while True:
            line = self._reader.readline(4096)
            if not line:
                return None
            if not line.strip():
                break
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length":
                length = int(value)
        body = self._reader.read(length)
        return body if len(body) == length else None

    def send(self, body: bytes) -> None:
        self._writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._writer.flush()


class _WebSocket:
    """Messages as text frames of RFC 6455, on a connection to this machine."""

    def __init__(self, address: str) -> None:
        found = re.fullmatch(r"ws://([\d.]+|localhost):(\d+)(/.*)?", address)
        if found is None:
            raise ConnectionError(f"{address} is no WebSocket of this machine")
        host, port, path = found[1], int(found[2]), found[3] or "/"
        self._socket = socket.create_connection((host, port), timeout=10)
        key = base64.b64encode(os.urandom(16)).decode()
        request = (
            f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        self._socket.sendall(request.encode())
        self._reader = self._socket.makefile("rb")
        status = self._reader.readline()
        if b" 101 " not in status:
            raise ConnectionError(f"{address} answers {status!r} instead of a WebSocket")
        while self._reader.readline().strip():
            pass
        self._socket.settimeout(None)

    def receive(self) -> bytes | None:
        whole = b""
        while True:
            head = self._reader.read(2)
            if len(head) < 2:
                return None
            length = head[1] & 0x7F
            if length >= 126:
                size = 2 if length == 126 else 8
                length = int.from_bytes(self._reader.read(size), "big")
            if length > MAX_MESSAGE_BYTES:
                return None
            body, kind = self._reader.read(length), head[0] & 0x0F
            if kind == 8:
                return None
            if kind == 9:
                self._frame(10, body)
            elif kind in (0, 1, 2):
                whole += body
                if head[0] & 0x80:
                    return whole

    def send(self, body: bytes) -> None:
        self._frame(1, body)

    def _frame(self, kind: int, body: bytes) -> None:
        size = len(body)
        if size < 126:
            length = struct.pack("!B", size | 0x80)
        elif size <= 0xFFFF:
            length = struct.pack("!BH", 0xFE, size)
        else:
            length = struct.pack("!BQ", 0xFF, size)
        mask = os.urandom(4)
        key = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
        masked = (int.from_bytes(body, "big") ^ key).to_bytes(size, "big")
        self._socket.sendall(bytes([0x80 | kind]) + length + mask + masked)


def _take_streams() -> _Frames | None:
    """The standard streams, for messages alone: what is printed, here or by a program started here, goes to the log."""
    if os.environ.get("PATCHBAY_LINK") != "stdio":
        return None
    reader, writer = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return _Frames(reader, writer)


_streams = _take_streams()


# --- the script


class _State(dict):  # type: ignore[type-arg]
    """What the script looks like now, for everybody to see; a change of it is told."""

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__()
        self._changed = changed

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        self._changed()

    def __delitem__(self, key: Any) -> None:
        super().__delitem__(key)
        self._changed()

    def update(self, *args: Any, **kwargs: Any) -> None:
        super().update(*args, **kwargs)
        self._changed()


class Script:
    """One application. The functions of this module are those of one that is there already."""

    def __init__(self) -> None:
        self.simulated = os.environ.get("PATCHBAY_SIMULATE") == "1"
        self.work_dir = pathlib.Path.cwd()
        self.state: dict[str, Any] = _State(self._state_changed)
        self._commands: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {}
        self._events: dict[str, dict[str, Any]] = {}
        self._channels: dict[str, dict[str, Any]] = {}
        self._timers: list[tuple[float, float, Callable[[], Any]]] = []
        self._link: Any = None
        self._sending = threading.Lock()
        self._inbox: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._cancelled: set[Any] = set()
        self._running: tuple[Any, str] | None = None

    def command(self, function: Callable[..., Any] | None = None, **about: Any) -> Any:
        """Makes a function a command. `effect` is `read`, `write`, `destructive` or `open`; the guide has the rest."""
        if function is None:
            return lambda decorated: self.command(decorated, **about)
        effect = about.setdefault("effect", "write")
        document = {
            "kind": "query" if effect == "read" else "execute",
            "summary": inspect.cleandoc(function.__doc__ or "").split("\n\n")[0].replace("\n", " "),
            "args": _arguments_of(function),
            "result": schema_of(_hints(function).get("return", Any)),
            **{_CAMEL.get(key, key): value for key, value in about.items()},
        }
        self._commands[function.__name__] = (function, document)
        return function

    def event(self, name: str, summary: str = "", /, **fields: Any) -> Callable[..., None]:
        """Declares something that happens; what it gives tells that it did: `clicked = event("clicked", x=int)`."""
        self._events[name] = {"summary": summary, "schema": _object(fields, list(fields))}
        return lambda **data: self._notify("event", event=name, data=data, at=int(time.time() * 1000))

    def channel(self, name: str, summary: str = "", kind: Any = float, rate_hz: float = 10) -> Callable[[Any], None]:
        """Declares a value that is sent often and kept by nobody; what it gives sends one."""
        self._channels[name] = {"summary": summary, "schema": schema_of(kind), "rateHz": rate_hz}
        return lambda value: self._notify("channel", channel=name, value=value, at=int(time.time() * 1000))

    def every(self, seconds: float) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
        """Calls a function again and again, between commands."""

        def timed(function: Callable[[], Any]) -> Callable[[], Any]:
            self._timers.append((time.monotonic() + seconds, seconds, function))
            return function

        return timed

    def progress(self, fraction: float | None = None, message: str | None = None) -> None:
        """Says how far the command is that runs; `fraction` goes from 0 to 1."""
        if self._running is not None:
            self._notify("$/progress", token=self._running[1], value={"fraction": fraction, "message": message})

    def check_cancelled(self) -> None:
        """Ends the command that runs, where nobody wants it any more. Long commands call it now and then."""
        if self._running is not None and self._running[0] in self._cancelled:
            raise Cancelled()

    def log(self, message: str, level: str = "info") -> None:
        """Into the bridge's log; `level` is `debug`, `info`, `warning` or `error`."""
        if self._link is None:
            print(message, file=sys.stderr)
        else:
            self._notify("log", level=level, message=str(message))

    def run(self, title: str = "", version: str = "1.0.0", simulates: bool = False, state: Any = None) -> None:
        """Serves until the bridge ends it. `simulates`: its commands harm nothing while `simulated` is true."""
        name = pathlib.Path(sys.argv[0]).stem
        manifest = {
            "title": title or name.replace("_", " ").replace("-", " ").capitalize(),
            "version": version,
            "state": {} if state is None else schema_of(state),
            "commands": {name: document for name, (_, document) in self._commands.items()},
            "events": self._events,
            "channels": self._channels,
        }
        if "--describe" in sys.argv[1:]:
            print(json.dumps(manifest, indent=2, ensure_ascii=False))
            return
        token = self._connect(name)
        hello = {
            "token": token,
            "app": os.environ.get("PATCHBAY_APP", name),
            "appVersion": version,
            "addonVersion": __version__,
            "protocol": PROTOCOL,
            "pid": os.getpid(),
            "capabilities": {"manifest": True, "simulates": simulates},
            "background": True,
        }
        self._send({"id": "hello", "method": "hello", "params": hello})
        threading.Thread(target=self._receive, name="patchbay", daemon=True).start()
        self._serve(manifest)

    # --- inside

    def _connect(self, name: str) -> str:
        if _streams is not None:
            self._link = _streams
            return ""
        app, bridge = os.environ.get("PATCHBAY_APP", name), os.environ.get("PATCHBAY_BRIDGE", "")
        folder = pathlib.Path(os.environ.get("PATCHBAY_LINKS") or pathlib.Path.home() / ".patchbay" / "links")
        waiting = True
        while True:
            for path in sorted(folder.glob(f"{app}-{bridge or '*'}.json")):
                try:
                    found = json.loads(path.read_text("utf-8"))
                    self._link = _dial(found["transport"], found["address"])
                    return str(found["token"])
                except (OSError, ValueError, KeyError) as error:
                    self.log(f"Cannot reach the bridge of {path}: {error}", "warning")
            if waiting:
                self.log(f"Waiting for a bridge: patchbay bridge script:listen:{app}")
                waiting = False
            time.sleep(_RETRY_S)

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}, allow_nan=False, ensure_ascii=False).encode("utf-8", "replace")
        if len(body) > MAX_MESSAGE_BYTES:
            raise Problem(f"A message of {len(body)} bytes is too large", "PAYLOAD_TOO_LARGE")
        with self._sending:
            self._link.send(body)

    def _notify(self, method: str, **params: Any) -> None:
        if self._link is None:
            return
        try:
            self._send({"method": method, "params": _plain(params)})
        except OSError:
            self._inbox.put(None)

    def _state_changed(self) -> None:
        self._notify("state_changed", cause="command" if self._running is not None else "application")

    def _receive(self) -> None:
        try:
            while True:
                body = self._link.receive()
                if body is None:
                    break
                message = json.loads(body)
                method = message.get("method")
                if method == "$/cancelRequest":
                    self._cancelled.add(message["params"]["id"])
                elif method == "shutdown" or (message.get("id") == "hello" and "error" in message):
                    if method is None:
                        self.log(str(message["error"].get("message")), "error")
                    break
                elif message.get("id") == "hello":
                    self.work_dir = pathlib.Path(message["result"]["workDir"])
                elif method is not None and "id" in message:
                    self._inbox.put(message)
        except (OSError, ValueError, KeyError) as error:
            print(f"The bridge's link broke: {error}", file=sys.stderr)
        self._inbox.put(None)

    def _serve(self, manifest: dict[str, Any]) -> None:
        while True:
            due = min((at for at, _, _ in self._timers), default=None)
            try:
                patience = None if due is None else max(0.0, due - time.monotonic())
                message = self._inbox.get(timeout=patience)
            except queue.Empty:
                self._tick()
                continue
            if message is None:
                return
            self._answer(message, manifest)

    def _tick(self) -> None:
        now = time.monotonic()
        for index, (at, seconds, function) in enumerate(self._timers):
            if at > now:
                continue
            self._timers[index] = (now + seconds, seconds, function)
            try:
                function()
            except Exception as error:  # noqa: BLE001 - a timer that fails is tried again: the commands still work
                self.log(f"{function.__name__} failed: {type(error).__name__}: {error}", "warning")

    def _answer(self, message: dict[str, Any], manifest: dict[str, Any]) -> None:
        request = message["id"]
        try:
            reply = {"result": _plain(self._do(request, message["method"], message.get("params") or {}, manifest))}
            self._send({"id": request, **reply})
        except OSError:
            self._inbox.put(None)
        except Exception as error:  # noqa: BLE001 - whatever a command raises is its answer
            self._send({"id": request, "error": _error(error)})
        finally:
            self._cancelled.discard(request)

    def _do(self, request: Any, method: str, params: dict[str, Any], manifest: dict[str, Any]) -> Any:
        if method == "ping":
            return {}
        if method == "manifest":
            return manifest
        if method == "snapshot":
            return self.state
        if method != "execute" or params.get("command") not in self._commands:
            raise Problem(f"There is no {params.get('command', method)}", "UNKNOWN_COMMAND")
        function = self._commands[params["command"]][0]
        hints = _hints(function)
        args = {name: _typed(hints.get(name, Any), value) for name, value in params.get("args", {}).items()}
        self._running = (request, params["id"])
        try:
            self.check_cancelled()
            return function(**args)
        finally:
            self._running = None


_CAMEL = {"timeout_ms": "timeoutMs"}


def _dial(transport: str, address: str) -> Any:
    if transport == "websocket":
        return _WebSocket(address)
    if transport == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(address)
    elif transport == "tcp":
        host, _, port = address.rpartition(":")
        connection = socket.create_connection((host, int(port)))
    else:
        raise ValueError(f"this helper knows no {transport}")
    return _Frames(connection.makefile("rb"), connection.makefile("wb"))


def _error(error: Exception) -> dict[str, Any]:
    if isinstance(error, Problem):
        context = {"context": _plain(error.context)} if error.context else {}
        return {"code": -32000, "message": str(error), "data": {"code": error.code, **context}}
    text = f"{type(error).__name__}: {error}"
    return {"code": -32000, "message": text[:2000], "data": {"code": "COMMAND_FAILED"}}


_script = Script()
command, event, channel, every = _script.command, _script.event, _script.channel, _script.every
progress, check_cancelled, log, run = _script.progress, _script.check_cancelled, _script.log, _script.run
state = _script.state
simulated = _script.simulated
