# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps Blender linked to a bridge: finds one, dials, says hello, reads, and tries again with backoff when lost."""

from __future__ import annotations

import enum
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .connection import Connection, LinkLost, LinkRefused, Request, Welcome
from .rendezvous import NoBridgeError, Rendezvous
from .transports import dial

_FIRST_WAIT_S = 0.25
_LONGEST_WAIT_S = 5.0


class Phase(enum.Enum):
    OFF = "off"
    WAITING = "waiting"
    LINKED = "linked"


@dataclass(frozen=True)
class Status:
    """What a person is shown."""

    phase: Phase
    detail: str = ""
    bridge: str = ""
    # Seconds since 1970.
    since: float = 0.0


class Link:
    """One thread that stays linked until `stop`. `inbox` and `find` are called on that thread."""

    def __init__(
        self,
        find: Callable[[], list[Rendezvous]],
        hello: dict[str, Any],
        inbox: Callable[[Request], None],
        *,
        reconnect: bool = True,
    ) -> None:
        self._find = find
        self._hello = hello
        self._inbox = inbox
        self._reconnect = reconnect
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        # the connection from its first byte on, so that `stop` can end a hello that hangs
        self._dialled: Connection | None = None
        self._status = Status(Phase.OFF)
        self.linked_once = False
        self._thread = threading.Thread(target=self._run, name="patchbay-link", daemon=True)

    @property
    def status(self) -> Status:
        return self._status

    @property
    def connection(self) -> Connection | None:
        """Where events go; None while there is no link."""
        return self._connection

    @property
    def alive(self) -> bool:
        """Whether it is linked or still tries to be."""
        return self._thread.is_alive()

    def join(self) -> None:
        """Waits until it neither is linked nor tries to be."""
        self._thread.join()

    def start(self) -> None:
        self._set_status(Status(Phase.WAITING, "looking for a bridge"))
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        with self._lock:
            dialled = self._dialled
        if dialled is not None:
            dialled.close()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(2.0)
        self._set_status(Status(Phase.OFF))

    def _run(self) -> None:
        wait = _FIRST_WAIT_S
        while not self._stop.is_set():
            try:
                self._link_once()
            except (LinkLost, NoBridgeError) as error:
                if self._status.phase is Phase.LINKED:
                    wait = _FIRST_WAIT_S
                self._set_status(Status(Phase.WAITING, _sentence(error)))
                if isinstance(error, LinkRefused):
                    wait = _LONGEST_WAIT_S
            if not self._reconnect:
                break
            # jitter, so that several Blenders do not come back in step
            self._stop.wait(wait * random.uniform(0.8, 1.2))
            wait = min(wait * 2, _LONGEST_WAIT_S)

    def _link_once(self) -> None:
        """Returns never: raises when the link is over."""
        reason: Exception = NoBridgeError("No bridge is waiting")
        for rendezvous in self._find():
            try:
                connection = Connection(dial(rendezvous), self._inbox)
            except NoBridgeError as error:
                reason = error
                continue
            try:
                self._converse(connection, rendezvous)
            except LinkRefused as error:
                reason = error
            finally:
                self._connection = None
                connection.close()
        raise reason

    def _converse(self, connection: Connection, rendezvous: Rendezvous) -> None:
        with self._lock:
            self._dialled = connection
        if self._stop.is_set():
            raise LinkLost("disconnected")
        welcome: Welcome = connection.hello({**self._hello, "token": rendezvous.token}, rendezvous.bridge)
        self._connection = connection
        self.linked_once = True
        self._set_status(Status(Phase.LINKED, bridge=welcome.bridge))
        connection.read()

    def _set_status(self, status: Status) -> None:
        if self._stop.is_set() and status.phase is not Phase.OFF:
            return
        self._status = replace(status, since=time.time())


def _sentence(error: Exception) -> str:
    text = str(error)
    return text[:1].upper() + text[1:]
