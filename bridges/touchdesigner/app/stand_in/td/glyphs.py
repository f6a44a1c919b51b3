"""Letters as dots, five by seven; what has none is a box, so that it can be seen that something is there."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

HEIGHT = 7
_WIDTH = 5
# Columns from the left, the lowest bit on top.
_COLUMNS = {
    "A": "7e1111117e", "B": "7f49494936", "C": "3e41414122", "D": "7f4141221c", "E": "7f49494941", "F": "7f09090901",
    "G": "3e4149497a", "H": "7f0808087f", "I": "00417f4100", "J": "2040413f01", "K": "7f08142241", "L": "7f40404040",
    "M": "7f020c027f", "N": "7f0408107f", "O": "3e4141413e", "P": "7f09090906", "Q": "3e4151215e", "R": "7f09192946",
    "S": "4649494931", "T": "01017f0101", "U": "3f4040403f", "V": "1f2040201f", "W": "3f4038403f", "X": "6314081463",
    "Y": "0708700807", "Z": "6151494543", "0": "3e5149453e", "1": "00427f4000", "2": "4261514946", "3": "2141454b31",
    "4": "1814127f10", "5": "2745454539", "6": "3c4a494930", "7": "0171090503", "8": "3649494936", "9": "064949291e",
    " ": "0000000000", ".": "0060600000", ",": "0050300000", "!": "00005f0000", "?": "0201510906", "-": "0808080808",
    "_": "4040404040", ":": "0036360000", "/": "2010080402", "+": "08083e0808", "'": "0005030000", "(": "001c224100",
    ")": "0041221c00",
}  # fmt: skip
_BOX = "7f4141417f"


@dataclass(frozen=True)
class Dots:
    width: int
    height: int
    lines: tuple[tuple[str, ...], ...]

    def at(self, x: int, y: int) -> bool:
        line, row = divmod(y, HEIGHT + 1)
        place, column = divmod(x, _WIDTH + 1)
        if not (
            0 <= line < len(self.lines) and row < HEIGHT and 0 <= place < len(self.lines[line]) and column < _WIDTH
        ):
            return False
        glyph = self.lines[line][place]
        return bool(int(glyph[column * 2 : column * 2 + 2], 16) >> row & 1)


def draw(text: str) -> Dots:
    lines = tuple(tuple(_glyph(character) for character in line) for line in text.split("\n")[:50])
    longest = max((len(line) for line in lines), default=0)
    return Dots(longest * (_WIDTH + 1), len(lines) * (HEIGHT + 1), lines)


def _glyph(character: str) -> str:
    plain = unicodedata.normalize("NFD", character)[0].upper()
    return _COLUMNS.get(plain, _BOX)
