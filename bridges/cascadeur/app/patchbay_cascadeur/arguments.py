"""Reads a command's arguments. The bridge has parsed them already; what comes from elsewhere is refused here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .errors import invalid

LAST_FRAME = 100_000


class Arguments:
    """Each reader answers a value of its kind, or raises CallError with the argument's name."""

    def __init__(self, values: Mapping[str, Any], *path: str | int) -> None:
        self._values = values
        self._path = path

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        value = self._values.get(name, default)
        if not isinstance(value, str) or value == "":
            raise self._wrong("expected text", name)
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self._values.get(name, default)
        if not isinstance(value, bool):
            raise self._wrong("expected true or false", name)
        return value

    def whole(self, name: str, default: int | None = None, *, low: int = 0, high: int = LAST_FRAME) -> int:
        value = self._values.get(name)
        value = default if value is None else value
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self._wrong(f"expected a whole number from {low} to {high}", name)
        return value

    def frame(self, name: str, default: int | None = None) -> int:
        return self.whole(name, default)

    def choice(self, name: str, choices: Sequence[str], default: str | None = None) -> str:
        value = self._values.get(name, default)
        if value not in choices:
            raise self._wrong(f"expected one of {', '.join(choices)}", name)
        return str(value)

    def texts(self, name: str) -> list[str]:
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self._wrong("expected a list of names", name)
        return value

    def frames(self, name: str) -> list[int]:
        value = self._values.get(name)
        if not isinstance(value, list) or not value:
            raise self._wrong("expected a list of frames", name)
        for index, frame in enumerate(value):
            if isinstance(frame, bool) or not isinstance(frame, int) or not 0 <= frame <= LAST_FRAME:
                raise invalid(f"expected a whole number from 0 to {LAST_FRAME}", *self._path, name, index)
        return sorted(set(value))

    def vector(self, name: str) -> list[float] | None:
        value = self._values.get(name)
        if value is None:
            return None
        numbers = isinstance(value, list) and all(
            isinstance(item, int | float) and not isinstance(item, bool) and math.isfinite(item) for item in value
        )
        if not numbers or len(value) != 3:
            raise self._wrong("expected three numbers", name)
        return [float(item) for item in value]

    def items(self, name: str) -> list[Arguments]:
        value = self._values.get(name)
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            raise self._wrong("expected a list of objects", name)
        return [Arguments(item, *self._path, name, index) for index, item in enumerate(value)]

    def file(self, name: str) -> Path:
        """A file that the bridge fetched."""
        value = self._values.get(name)
        file = value.get("$file") if isinstance(value, dict) else None
        path = file.get("path") if isinstance(file, dict) else None
        if not isinstance(path, str) or not Path(path).is_file():
            raise self._wrong("expected a file that is there", name)
        return Path(path)

    def file_name(self, name: str) -> str:
        """What the person calls the file that the bridge fetched."""
        given = self._values.get(name)
        return str(given["$file"].get("name", "")) if isinstance(given, dict) and "$file" in given else ""

    def _wrong(self, message: str, name: str | int) -> Exception:
        return invalid(message, *self._path, name)
