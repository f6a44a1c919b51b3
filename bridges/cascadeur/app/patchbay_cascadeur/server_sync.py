"""The synchronous form: a timer on the main thread polls, and each request is read, run and answered right there."""

from __future__ import annotations

import select
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from .core import Core, Refusal
from .http_request import read_call, respond


class SyncServer:
    """`poll` is called by a timer of the main thread, and serves what waits."""

    def __init__(self, core: Core, port: int) -> None:
        self._server = HTTPServer(("127.0.0.1", port), _handler(core))
        self._server.timeout = 0

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def poll(self, budget_s: float = 0.05) -> None:
        """Serves what waits, until nothing does or the time is used up; always at least one."""
        until = time.monotonic() + budget_s
        while select.select([self._server], [], [], 0)[0]:
            self._server.handle_request()
            if time.monotonic() >= until:
                return

    def close(self) -> None:
        self._server.server_close()


def _handler(core: Core) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        # one request a connection, and little patience: the artist's window stands still meanwhile
        protocol_version = "HTTP/1.0"
        timeout = 2

        def do_POST(self) -> None:
            try:
                call = read_call(self, core)
                response = core.answer_at_once(call) or core.run(call)
            except Refusal as refused:
                response = refused.response
            respond(self, response)

        def log_message(self, *_: Any) -> None:
            """Nothing: Cascadeur's console is the artist's."""

    return Handler
