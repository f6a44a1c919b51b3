"""Keeps TouchDesigner linked through a WebSocket DAT: finds a bridge, dials, says hello, tries again with backoff."""

from __future__ import annotations

import enum
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import CommandError
from .rendezvous import NoBridgeError, Rendezvous

_FIRST_WAIT_S = 0.25
_LONGEST_WAIT_S = 5.0
# How long the DAT may take to connect, and the bridge to answer the hello.
_DIAL_S = 5.0
_HELLO_S = 10.0
_HELLO_ID = "hello"


class Phase(enum.Enum):
    OFF = "off"
    WAITING = "waiting"
    DIALLING = "dialling"
    GREETING = "greeting"
    LINKED = "linked"


@dataclass(frozen=True)
class Welcome:
    """What the bridge answered to the hello."""

    bridge: str
    allow_code: bool
    work_dir: str


@dataclass
class Request:
    """Something that the bridge asked."""

    id: Any
    method: str
    params: dict[str, Any]
    link: Link
    welcome: Welcome
    cancelled: bool = False

    @property
    def closed(self) -> bool:
        """Whether nobody waits for the answer any more."""
        return self.link.welcome is not self.welcome

    def answer(self, result: Any) -> None:
        self._reply({"result": result})

    def refuse(self, error: CommandError) -> None:
        self._reply({"error": error.to_rpc()})

    def _reply(self, content: dict[str, Any]) -> None:
        if not self.closed and self.id is not None:
            self.link.send({"jsonrpc": "2.0", "id": self.id, **content})


class Link:
    """Every method is called on the main thread. `find` gives the bridges that wait, `inbox` takes what they ask."""

    def __init__(
        self,
        dat: Any,
        find: Callable[[], list[Rendezvous]],
        hello: Callable[[], dict[str, Any]],
        inbox: Callable[[Request], None],
        on_cancel: Callable[[Any], None],
        on_status: Callable[[str], None],
    ) -> None:
        self._dat = dat
        self._find = find
        self._hello = hello
        self._inbox = inbox
        self._on_cancel = on_cancel
        self._on_status = on_status
        self.phase = Phase.OFF
        self.welcome: Welcome | None = None
        self._bridge: Rendezvous | None = None
        # bridges that have said no, or did not answer, in this round
        self._tried: set[str] = set()
        self._wait = _FIRST_WAIT_S
        self._next_at = 0.0
        self._status = ""

    def start(self) -> None:
        if self.phase is Phase.OFF:
            self.phase, self._next_at = Phase.WAITING, 0.0

    def stop(self) -> None:
        self._hang_up()
        self.phase = Phase.OFF
        self._say("switched off")

    def tick(self, now: float | None = None) -> None:
        """Called every frame: dials when it is time to, and gives up on who does not answer."""
        now = time.monotonic() if now is None else now
        if self.phase is Phase.WAITING and now >= self._next_at:
            self._dial(now)
        elif self.phase in (Phase.DIALLING, Phase.GREETING) and now >= self._next_at:
            self._lost("the bridge did not answer", now)

    def connected(self) -> None:
        """The DAT has a connection."""
        if self.phase is not Phase.DIALLING or self._bridge is None:
            return
        self.phase, self._next_at = Phase.GREETING, time.monotonic() + _HELLO_S
        params = {**self._hello(), "token": self._bridge.token}
        self.send({"jsonrpc": "2.0", "id": _HELLO_ID, "method": "hello", "params": params})

    def disconnected(self) -> None:
        """The DAT has lost its connection."""
        if self.phase in (Phase.DIALLING, Phase.GREETING, Phase.LINKED):
            self._lost("the bridge went away", time.monotonic())

    def received(self, text: str) -> None:
        """The DAT has a message. What is no message of the link ends it."""
        try:
            message = json.loads(text)
        except ValueError:
            self._lost("what came is no JSON", time.monotonic())
            return
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            self._lost("what came is no JSON-RPC 2.0", time.monotonic())
        elif self.phase is Phase.GREETING:
            self._greeted(message)
        elif self.phase is Phase.LINKED and self.welcome is not None and isinstance(message.get("method"), str):
            self._asked(message, self.welcome)

    def send(self, message: dict[str, Any]) -> None:
        # names and texts of an artist may hold half characters, which UTF-8 has none for: ASCII JSON escapes them
        self._dat.sendText(json.dumps(message, separators=(",", ":")))

    def notify(self, method: str, params: dict[str, Any]) -> None:
        if self.phase is Phase.LINKED:
            self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def _asked(self, message: dict[str, Any], welcome: Welcome) -> None:
        params = message.get("params")
        params = params if isinstance(params, dict) else {}
        method = message["method"]
        if method == "$/cancelRequest":
            self._on_cancel(params.get("id"))
        else:
            self._inbox(Request(message.get("id"), method, params, self, welcome))

    def _greeted(self, message: dict[str, Any]) -> None:
        if message.get("id") != _HELLO_ID or self._bridge is None:
            return
        answer = message.get("result")
        if not isinstance(answer, dict):
            error = message.get("error")
            why = error.get("message") if isinstance(error, dict) else None
            self._wait = _LONGEST_WAIT_S
            self._lost(str(why or "the bridge said no"), time.monotonic())
            return
        self.welcome = Welcome(
            bridge=str(answer.get("bridge", self._bridge.bridge)),
            allow_code=answer.get("allowCode") is True,
            work_dir=str(answer.get("workDir", "")),
        )
        self.phase, self._wait = Phase.LINKED, _FIRST_WAIT_S
        self._tried.clear()
        self._say(f"linked to {self.welcome.bridge}")

    def _dial(self, now: float) -> None:
        try:
            waiting = self._find()
        except NoBridgeError as error:
            self._lost(str(error), now)
            return
        fresh = [each for each in waiting if each.token not in self._tried]
        if not fresh:
            self._tried.clear()
            fresh = waiting
        self._bridge = fresh[0]
        self._tried.add(self._bridge.token)
        self.phase, self._next_at = Phase.DIALLING, now + _DIAL_S
        self._say(f"dialling {self._bridge.bridge}")
        parameters = self._dat.par
        parameters.active = False
        parameters.netaddress = self._bridge.host
        parameters.port = self._bridge.port
        parameters.active = True

    def _lost(self, why: str, now: float) -> None:
        self._hang_up()
        self.phase = Phase.WAITING
        # jitter, so that several TouchDesigners do not come back in step
        self._next_at = now + self._wait * random.uniform(0.8, 1.2)
        self._wait = min(self._wait * 2, _LONGEST_WAIT_S)
        self._say(why)

    def _hang_up(self) -> None:
        self.welcome = None
        self.phase = Phase.WAITING
        self._dat.par.active = False

    def _say(self, status: str) -> None:
        if status != self._status:
            self._status = status
            self._on_status(status)
