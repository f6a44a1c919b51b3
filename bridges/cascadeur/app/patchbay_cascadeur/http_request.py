"""Reading a request and writing its answer, for the forms that are built on `http.server`."""

from __future__ import annotations

import contextlib
from http.server import BaseHTTPRequestHandler

from .core import MAX_BODY_BYTES, Core, Refusal, Response, RpcCall, refusal
from .errors import CallError

# So much of a body that nobody wants is read, so that its sender gets to the answer.
_DRAINED_BYTES = 1024 * 1024
_DRAIN_S = 0.3


def read_call(request: BaseHTTPRequestHandler, core: Core) -> RpcCall:
    """Raises Refusal for whoever may not call, and for what cannot be read."""
    try:
        core.check({name.lower(): value for name, value in request.headers.items()})
    except Refusal:
        _drain(request)
        raise
    return core.read(_read_body(request))


def respond(request: BaseHTTPRequestHandler, response: Response) -> None:
    # whoever asked may have left: what was done is done
    with contextlib.suppress(OSError):
        request.send_response(response.status)
        request.send_header("Content-Type", "application/json; charset=utf-8")
        request.send_header("Content-Length", str(len(response.body)))
        request.end_headers()
        request.wfile.write(response.body)


def _read_body(request: BaseHTTPRequestHandler) -> bytes:
    length = _length(request)
    if length is None:
        raise Refusal(refusal(411, CallError("INVALID_REQUEST", "Content-Length is missing")))
    if not 0 <= length <= MAX_BODY_BYTES:
        _drain(request)
        message = f"The body has {length} bytes; at most {MAX_BODY_BYTES} are taken"
        raise Refusal(refusal(413, CallError("PAYLOAD_TOO_LARGE", message)))
    try:
        body = request.rfile.read(length)
    except OSError as error:
        raise Refusal(refusal(408, CallError("INVALID_MESSAGE", f"The body did not come: {error}"))) from error
    if len(body) < length:
        raise Refusal(refusal(400, CallError("INVALID_MESSAGE", "The body breaks off")))
    return body


def _length(request: BaseHTTPRequestHandler) -> int | None:
    if "Transfer-Encoding" in request.headers:
        return None
    try:
        return int(request.headers.get("Content-Length", ""))
    except ValueError:
        return None


def _drain(request: BaseHTTPRequestHandler) -> None:
    length = _length(request) or 0
    with contextlib.suppress(OSError):
        request.connection.settimeout(_DRAIN_S)
        request.rfile.read(max(0, min(length, _DRAINED_BYTES)))
