# SPDX-License-Identifier: GPL-3.0-or-later
"""The LSP base protocol, however the transport cuts it."""

import json
import random

import pytest

from patchbay import framing
from patchbay.framing import FrameDecoder, FramingError, encode_frame

MESSAGES = [
    {"jsonrpc": "2.0", "id": 1, "method": "größe 🎬", "params": {"x": [1, 2.5, None, "é"]}},
    {},
    {"id": "ü" * 5000},
]


def test_messages_come_back_whole_from_every_cut() -> None:
    stream = b"".join(encode_frame(message) for message in MESSAGES)
    for seed in range(30):
        cuts = random.Random(seed)
        decoder, found, rest = FrameDecoder(), [], stream
        while rest:
            size = cuts.choice([1, 2, 3, 7, 100, 100_000])
            found += decoder.push(rest[:size])
            rest = rest[size:]
        assert found == MESSAGES


def test_the_length_counts_bytes_and_not_characters() -> None:
    header, _, body = encode_frame({"a": "é🎬"}).partition(b"\r\n\r\n")
    assert header == b"Content-Length: %d" % len(body)
    assert json.loads(body) == {"a": "é🎬"}


def test_other_headers_and_their_case_do_not_matter() -> None:
    frame = b"content-length:2\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n{}"
    assert list(FrameDecoder().push(frame)) == [{}]


@pytest.mark.parametrize(
    "stream",
    [
        b"Content-Type: x\r\n\r\n{}",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 99999999999\r\n\r\n",
        b"Content-Length: 4\r\n\r\n{]}[",
        b"Content-Length: 2\r\n\r\n\xff\xfe",
        b"Content-Length: 8\r\n\r\n[1, NaN]",
        b"x" * 5000,
    ],
)
def test_a_stream_without_frames_is_refused(stream: bytes) -> None:
    with pytest.raises(FramingError):
        list(FrameDecoder().push(stream))


def test_what_is_deeper_than_python_goes_is_refused() -> None:
    body = b"[" * 100_000 + b"]" * 100_000
    with pytest.raises(FramingError):
        list(FrameDecoder().push(b"Content-Length: %d\r\n\r\n" % len(body) + body))


def test_numbers_that_are_no_json_are_not_sent() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        encode_frame({"x": float("nan")})


def test_what_is_too_large_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing, "MAX_FRAME_BYTES", 10)
    with pytest.raises(FramingError, match="at most 10"):
        encode_frame("x" * 20)
