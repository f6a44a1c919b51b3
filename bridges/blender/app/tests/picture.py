# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the PNG files that Blender renders: 8 bits a channel, not interlaced."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path


class Picture:
    def __init__(self, path: Path) -> None:
        content = path.read_bytes()
        assert content[:8] == b"\x89PNG\r\n\x1a\n", f"{path} is no PNG"
        data, at = b"", 8
        while at < len(content):
            (length,), kind = struct.unpack(">I", content[at : at + 4]), content[at + 4 : at + 8]
            body = content[at + 8 : at + 8 + length]
            if kind == b"IHDR":
                self.width, self.height, depth, color, _, _, interlaced = struct.unpack(">IIBBBBB", body)
                assert (depth, interlaced) == (8, 0)
                self.channels = {0: 1, 2: 3, 6: 4}[color]
            elif kind == b"IDAT":
                data += body
            at += 12 + length
        self.rows = self._rows(zlib.decompress(data))

    def _rows(self, data: bytes) -> list[bytearray]:
        step, size = self.channels, self.width * self.channels
        rows: list[bytearray] = []
        above = bytearray(size)
        for y in range(self.height):
            start = y * (size + 1)
            kind, row = data[start], bytearray(data[start + 1 : start + 1 + size])
            for x in range(size):
                left = row[x - step] if x >= step else 0
                corner = above[x - step] if x >= step else 0
                guess = [0, left, above[x], (left + above[x]) // 2, _paeth(left, above[x], corner)][kind]
                row[x] = (row[x] + guess) & 0xFF
            rows.append(row)
            above = row
        return rows

    def pixel(self, x: int, y: int) -> tuple[int, ...]:
        return tuple(self.rows[y][x * self.channels : (x + 1) * self.channels])

    def share(self, fits: object) -> float:
        """Of all pixels, how many fit, 0 to 1."""
        assert callable(fits)
        found = sum(fits(self.pixel(x, y)) for y in range(self.height) for x in range(self.width))
        return found / (self.width * self.height)

    @property
    def middle(self) -> tuple[int, ...]:
        return self.pixel(self.width // 2, self.height // 2)


def is_red(pixel: tuple[int, ...]) -> bool:
    return pixel[0] > 90 and pixel[0] > 2.5 * max(pixel[1], pixel[2])


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    distances = (abs(guess - left), abs(guess - above), abs(guess - corner))
    return (left, above, corner)[distances.index(min(distances))]


def png(width: int = 4, height: int = 4, color: bytes = b"\x00\xff\x00") -> bytes:
    """A PNG of one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\x00" + color * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
