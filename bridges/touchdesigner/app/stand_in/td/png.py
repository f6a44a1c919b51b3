"""PNG: writing, and reading what is simple enough."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}


def encode(width: int, height: int, rows: Iterable[bytes]) -> bytes:
    """Rows from the top, four bytes a pixel."""
    packer = zlib.compressobj(3)
    packed = b"".join(packer.compress(b"\0" + row) for row in rows) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


@dataclass(frozen=True)
class Image:
    width: int
    height: int
    channels: int
    data: bytes

    def at(self, x: int, y: int) -> tuple[float, float, float, float]:
        start = (y * self.width + x) * self.channels
        parts = [value / 255 for value in self.data[start : start + self.channels]]
        match self.channels:
            case 1:
                return parts[0], parts[0], parts[0], 1.0
            case 2:
                return parts[0], parts[0], parts[0], parts[1]
            case 3:
                return parts[0], parts[1], parts[2], 1.0
        return parts[0], parts[1], parts[2], parts[3]


def read(path: Path) -> Image | None:
    """None for what is no PNG of eight bits a channel, or interlaced."""
    try:
        return _read(str(path), path.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=8)
def _read(path: str, _changed: int) -> Image | None:
    content = Path(path).read_bytes()
    if not content.startswith(_SIGNATURE):
        return None
    at, packed, header = len(_SIGNATURE), b"", None
    while at + 8 <= len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        body = content[at + 8 : at + 8 + length]
        at += 12 + length
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed += body
    if header is None or header[2] != 8 or header[3] not in _CHANNELS or header[6] != 0:
        return None
    width, height, channels = header[0], header[1], _CHANNELS[header[3]]
    try:
        return Image(width, height, channels, _unfiltered(zlib.decompress(packed), width * channels, channels))
    except (zlib.error, IndexError):
        return None


def _unfiltered(raw: bytes, stride: int, step: int) -> bytes:
    found = bytearray()
    above = bytearray(stride)
    for start in range(0, len(raw), stride + 1):
        kind, row = raw[start], bytearray(raw[start + 1 : start + 1 + stride])
        for i in range(len(row)) if kind else ():
            left = row[i - step] if i >= step else 0
            up = above[i]
            corner = above[i - step] if i >= step else 0
            row[i] = (row[i] + (0, left, up, (left + up) // 2, _paeth(left, up, corner))[kind]) & 255
        found += row
        above = row
    return bytes(found)


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    near = min((abs(guess - left), 0), (abs(guess - up), 1), (abs(guess - corner), 2))
    return (left, up, corner)[near[1]]
