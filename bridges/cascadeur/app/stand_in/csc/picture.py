"""Draws the skeleton of a scene at its current frame: a PNG, by the standard library alone."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from .world import Scene

_BACKGROUND = (38, 40, 46)
_FLOOR = (70, 74, 84)
_BONE = (235, 190, 90)
_JOINT = (120, 200, 255)
_SELECTED = (255, 90, 90)

Pixel = tuple[int, int, int]


class Picture:
    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._rows = [bytearray(bytes(_BACKGROUND) * width) for _ in range(height)]

    def dot(self, x: int, y: int, colour: Pixel) -> None:
        if 0 <= x < self.width and 0 <= y < self.height:
            self._rows[y][3 * x : 3 * x + 3] = bytes(colour)

    def blob(self, x: int, y: int, radius: int, colour: Pixel) -> None:
        for across in range(-radius, radius + 1):
            for down in range(-radius, radius + 1):
                if across * across + down * down <= radius * radius:
                    self.dot(x + across, y + down, colour)

    def line(self, one: tuple[int, int], two: tuple[int, int], colour: Pixel) -> None:
        steps = max(abs(two[0] - one[0]), abs(two[1] - one[1]), 1)
        for step in range(steps + 1):
            part = step / steps
            self.dot(round(one[0] + (two[0] - one[0]) * part), round(one[1] + (two[1] - one[1]) * part), colour)

    def png(self) -> bytes:
        pixels = b"".join(b"\0" + bytes(row) for row in self._rows)
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        parts = [(b"IHDR", header), (b"IDAT", zlib.compress(pixels, 6)), (b"IEND", b"")]
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in parts)


def draw(scene: Scene, width: int, height: int) -> bytes:
    """From the front: x to the right, y up; 220 centimetres fill the height."""
    picture = Picture(width, height)
    scale = height / 220

    def place(position: tuple[float, float, float]) -> tuple[int, int]:
        return round(width / 2 + position[0] * scale), round(height - (position[1] + 15) * scale)

    floor = place((0.0, 0.0, 0.0))[1]
    picture.line((0, floor), (width - 1, floor), _FLOOR)
    things = scene.document.things
    joints = [thing for thing in things.values() if thing.type == "Joint"]
    at = {joint.id: place(scene.position(joint, scene.frame)) for joint in joints}
    for joint in joints:
        if joint.parent in at:
            picture.line(at[joint.parent], at[joint.id], _BONE)
    for joint in joints:
        chosen = joint.id in scene.selected or joint.controller in scene.selected
        picture.blob(*at[joint.id], max(2, height // 150), _SELECTED if chosen else _JOINT)
    return picture.png()


def write(scene: Scene, width: int, height: int, path: Path) -> None:
    path.write_bytes(draw(scene, width, height))


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
