"""The threaded form: threads of its own take requests, and hand each call to the main thread."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeout
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .core import Core, Refusal, Response, RpcCall, failure
from .errors import CallError
from .http_request import read_call, respond
from .pump import Pump

# A call that the main thread has not begun after this time is taken back: it shows a dialog, or is busy.
_PATIENCE_S = 30.0
# What is taken back is answered so long before the caller gives up, so that the answer still reaches it.
_ANSWER_S = 0.25


class ThreadedServer:
    """Serves until `close`. Made on the main thread, which then has to run the pump."""

    def __init__(self, core: Core, pump: Pump, port: int, patience_s: float = _PATIENCE_S) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(core, pump, patience_s))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(2.0)


def _handler(core: Core, pump: Pump, patience_s: float) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # without it the second part of a small answer waits for an acknowledgement
        disable_nagle_algorithm = True
        timeout = 60

        def do_POST(self) -> None:
            try:
                response = _run(core, pump, read_call(self, core), patience_s)
            except Refusal as refused:
                response = refused.response
                self.close_connection = True
            respond(self, response)

        def log_message(self, *_: Any) -> None:
            """Nothing: Cascadeur's console is the artist's."""

    return Handler


def _run(core: Core, pump: Pump, call: RpcCall, patience_s: float) -> Response:
    if (response := core.answer_at_once(call)) is not None:
        return response
    future = pump.submit(lambda: core.run(call))
    try:
        return future.result(max(0.0, call.seconds_left(patience_s + _ANSWER_S) - _ANSWER_S))
    except FutureTimeout:
        # what has begun is waited for: it cannot be taken back
        return failure(call, not_begun(pump)) if future.cancel() else future.result()
    except CancelledError:
        return failure(call, not_begun(pump))


def not_begun(pump: Pump) -> CallError:
    return CallError(
        "APP_UNRESPONSIVE",
        f"Cascadeur's main thread has not come by for {pump.silent_s:.0f} s: it may show a dialog; nothing was begun",
        context={"started": False},
    )
