# SPDX-License-Identifier: GPL-3.0-or-later
"""The LSP base protocol: `Content-Length: N`, an empty line, and N bytes of JSON in UTF-8."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

MAX_FRAME_BYTES = 64 * 1024 * 1024
_MAX_HEADER_BYTES = 4096
_END_OF_HEADER = b"\r\n\r\n"


class FramingError(Exception):
    """The stream has no frames any more: the link has to be closed."""


def encode_frame(message: object) -> bytes:
    """Raises `ValueError` for what JSON cannot hold (NaN, infinity) and `FramingError` for what is too large."""
    body = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")
    if len(body) > MAX_FRAME_BYTES:
        raise FramingError(f"Cannot send a frame of {len(body)} bytes: at most {MAX_FRAME_BYTES}")
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


class FrameDecoder:
    """Cuts a stream of bytes into messages, however the transport has cut it into chunks."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._expected: int | None = None

    def push(self, chunk: bytes) -> Iterator[Any]:
        """The messages that this chunk completes, parsed. Raises `FramingError`."""
        self._buffer += chunk
        while True:
            if self._expected is None:
                self._expected = self._read_header()
            if self._expected is None or len(self._buffer) < self._expected:
                return
            body = bytes(self._buffer[: self._expected])
            del self._buffer[: self._expected]
            self._expected = None
            yield _parse(body)

    def _read_header(self) -> int | None:
        end = self._buffer.find(_END_OF_HEADER, 0, _MAX_HEADER_BYTES + len(_END_OF_HEADER))
        if end < 0:
            if len(self._buffer) > _MAX_HEADER_BYTES:
                raise FramingError(f"Cannot read the link: no header ends within {_MAX_HEADER_BYTES} bytes")
            return None
        length = _content_length(bytes(self._buffer[:end]))
        del self._buffer[: end + len(_END_OF_HEADER)]
        return length


def _content_length(header: bytes) -> int:
    for line in header.split(b"\r\n"):
        name, _, value = line.partition(b":")
        digits = value.strip()
        if name.strip().lower() == b"content-length" and digits.isdigit() and len(digits) <= 12:
            length = int(digits)
            if length > MAX_FRAME_BYTES:
                raise FramingError(f"Cannot read a frame of {length} bytes: at most {MAX_FRAME_BYTES}")
            return length
    raise FramingError(f"Cannot read the link: a header without Content-Length: {header[:80]!r}")


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise FramingError(
            f"Cannot read the link: a frame of {len(body)} bytes is no JSON in UTF-8 ({error})"
        ) from error


def _refuse_constant(name: str) -> NoReturn:
    # Python would take NaN and Infinity, which are not JSON
    raise ValueError(f"{name} is not JSON")
