"""The asynchronous form: joins an event loop that runs already, by aiohttp."""

from __future__ import annotations

import asyncio
import socket

from aiohttp import web

from .core import MAX_BODY_BYTES, Core, Refusal, Response, RpcCall, failure, refusal
from .errors import CallError
from .pump import Pump
from .server_threaded import not_begun

_PATIENCE_S = 30.0
_ANSWER_S = 0.25
_TOO_LARGE = refusal(413, CallError("PAYLOAD_TOO_LARGE", f"At most {MAX_BODY_BYTES} bytes are taken"))


class AsyncServer:
    """Listens at once, and serves as soon as a loop has awaited `start`, until `close` is awaited."""

    def __init__(self, core: Core, pump: Pump, port: int) -> None:
        self._core = core
        self._pump = pump
        self._socket = socket.create_server(("127.0.0.1", port))
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.router.add_post("/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket).start()

    @property
    def port(self) -> int:
        return self._socket.getsockname()[1]

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        self._socket.close()

    async def _serve(self, request: web.Request) -> web.Response:
        try:
            self._core.check({name.lower(): value for name, value in request.headers.items()})
            if (request.content_length or 0) > MAX_BODY_BYTES:
                raise Refusal(_TOO_LARGE)
            response = await self._run(self._core.read(await request.read()))
        except Refusal as refused:
            response = refused.response
        except web.HTTPRequestEntityTooLarge:
            response = _TOO_LARGE
        return web.Response(status=response.status, body=response.body, content_type="application/json")

    async def _run(self, call: RpcCall) -> Response:
        if (response := self._core.answer_at_once(call)) is not None:
            return response
        # at once where the loop is the main thread's own, else through its queue
        future = self._pump.submit(lambda: self._core.run(call))
        left = call.seconds_left(_PATIENCE_S + _ANSWER_S) - _ANSWER_S
        waiting = asyncio.wrap_future(future)
        done, _ = await asyncio.wait({waiting}, timeout=max(0.0, left))
        # what has begun is waited for: it cannot be taken back
        if done or not future.cancel():
            return await waiting
        return failure(call, not_begun(self._pump))
