"""What all three forms share: who may call, what a call is, how it is answered. JSON-RPC 2.0 over HTTP."""

from __future__ import annotations

import hmac
import json
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import CallError

MAX_BODY_BYTES = 64 * 1024 * 1024
_HOSTS = ("127.0.0.1", "localhost", "[::1]")

Method = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True)
class Response:
    """What goes back over HTTP."""

    status: int
    body: bytes


@dataclass(frozen=True)
class RpcCall:
    """One request that may be run."""

    id: str | int | None
    method: str
    params: dict[str, Any]

    def seconds_left(self, most: float) -> float:
        """How long the caller still waits, by the `deadline` that it may name: milliseconds since 1970."""
        deadline = self.params.get("deadline")
        if isinstance(deadline, bool) or not isinstance(deadline, int | float):
            return most
        return min(most, deadline / 1000 - time.time())


class Refusal(Exception):
    """The request is answered without the application."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class Core:
    """`answer_at_once` and `read` may be called on any thread, `run` on the main thread only."""

    def __init__(self, token: str, methods: Mapping[str, Method], at_once: Mapping[str, Method]) -> None:
        """`at_once` are the methods that need no main thread: they are answered while it hangs."""
        self._token = token.encode()
        self._methods = methods
        self._at_once = at_once

    def check(self, headers: Mapping[str, str]) -> None:
        """Raises Refusal for whoever may not call: known before the body is read. Header names in lower case."""
        # a page in the artist's browser always names its origin
        if "origin" in headers:
            raise Refusal(refusal(403, CallError("LINK_REFUSED", "Web pages may not call this server")))
        host = headers.get("host", "").rsplit(":", 1)[0]
        if host not in _HOSTS:
            raise Refusal(refusal(421, CallError("LINK_REFUSED", f"This server is not '{host[:100]}'")))
        kind, _, token = headers.get("authorization", "").partition(" ")
        given = token.strip().encode("utf-8", "replace")
        if kind.lower() != "bearer" or not hmac.compare_digest(given, self._token):
            raise Refusal(refusal(401, CallError("LINK_REFUSED", "The token is missing or wrong")))

    def read(self, body: bytes) -> RpcCall:
        """What is asked. Raises Refusal."""
        try:
            found = json.loads(body, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise Refusal(refusal(400, CallError("INVALID_MESSAGE", f"The body is not JSON: {error}"))) from error
        if isinstance(found, list):
            raise Refusal(refusal(400, CallError("INVALID_REQUEST", "Batches are not served: send one call")))
        if not isinstance(found, dict) or found.get("jsonrpc") != "2.0" or not isinstance(found.get("method"), str):
            raise Refusal(refusal(400, CallError("INVALID_REQUEST", "The body is not a JSON-RPC 2.0 request")))
        call_id = found.get("id")
        call_id = call_id if isinstance(call_id, str | int) and not isinstance(call_id, bool) else None
        params = found.get("params", {})
        if not isinstance(params, dict):
            error = CallError("INVALID_ARGUMENTS", "params: expected an object")
            raise Refusal(Response(200, _answer(call_id, error=error)))
        return RpcCall(call_id, found["method"], params)

    def answer_at_once(self, call: RpcCall) -> Response | None:
        """The answer to what needs no main thread."""
        method = self._at_once.get(call.method)
        return None if method is None else self._answered(call, method)

    def run(self, call: RpcCall) -> Response:
        if call.seconds_left(1.0) < 0:
            late = "The call came to Cascadeur's main thread after its deadline: it was not begun"
            return failure(call, CallError("APP_UNRESPONSIVE", late, context={"started": False}))
        method = self._methods.get(call.method)
        if method is not None:
            return self._answered(call, method)
        available = sorted([*self._methods, *self._at_once])
        message = f"This server has no method '{call.method[:80]}'"
        return failure(call, CallError("UNKNOWN_COMMAND", message, context={"available": available}))

    def _answered(self, call: RpcCall, method: Method) -> Response:
        try:
            return Response(200, _answer(call.id, result=method(call.params)))
        except CallError as error:
            return failure(call, error)
        except Exception as error:
            traceback.print_exc()
            return failure(call, CallError("COMMAND_FAILED", f"Cascadeur failed: {type(error).__name__}: {error}"))


def failure(call: RpcCall, error: CallError) -> Response:
    return Response(200, _answer(call.id, error=error))


def refusal(status: int, error: CallError) -> Response:
    return Response(status, _answer(None, error=error))


def _answer(call_id: str | int | None, *, result: Any = None, error: CallError | None = None) -> bytes:
    outcome = {"result": result} if error is None else {"error": error.to_rpc()}
    text = json.dumps({"jsonrpc": "2.0", "id": call_id, **outcome}, ensure_ascii=False, allow_nan=False)
    # half a surrogate pair, as names in a file may have, becomes an escape that JSON knows
    return text.encode("utf-8", "backslashreplace")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
