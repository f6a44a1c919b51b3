# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command takes. The bridge has parsed it already, but nothing goes into Blender that was not looked at here."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from .errors import CommandError, Issue

# Turns a JSON value into what a handler works with; raises `Wrong`.
Reader = Callable[[Any], Any]

LARGEST_COORDINATE = 1e6
LARGEST_FRAME = 1_048_574


class Wrong(Exception):  # noqa: N818
    """A value that does not fit, with everything that is wrong in it."""

    def __init__(self, *issues: Issue) -> None:
        super().__init__("; ".join(issue["message"] for issue in issues))
        self.issues = issues


@dataclass(frozen=True)
class Field:
    read: Reader
    required: bool
    default: Any = None


@dataclass(frozen=True)
class AssetFile:
    """A file that the bridge fetched into its folder."""

    path: Path
    name: str
    media_type: str


def needs(read: Reader) -> Field:
    return Field(read, required=True)


def may(read: Reader, default: Any = None) -> Field:
    return Field(read, required=False, default=default)


def parse(fields: Mapping[str, Field], arguments: Any) -> SimpleNamespace:
    """All arguments by name, defaults filled in. Raises `CommandError` INVALID_ARGUMENTS with every issue."""
    try:
        return record(fields)(arguments)
    except Wrong as wrong:
        first = wrong.issues[0]
        where = ".".join(str(part) for part in first["path"])
        more = f" (and {len(wrong.issues) - 1} more)" if len(wrong.issues) > 1 else ""
        message = f"{where}: {first['message']}{more}" if where else first["message"] + more
        raise CommandError("INVALID_ARGUMENTS", message, issues=wrong.issues[:50]) from None


def record(fields: Mapping[str, Field]) -> Reader:
    def read(value: Any) -> SimpleNamespace:
        if not isinstance(value, dict):
            raise _wrong(f"expected an object, found {_kind(value)}")
        issues = [_issue("unknown; known are " + ", ".join(sorted(fields)), key) for key in value if key not in fields]
        found: dict[str, Any] = {}
        for key, field in fields.items():
            if key not in value:
                found[key] = field.default
                if field.required:
                    issues.append(_issue("missing", key))
                continue
            try:
                found[key] = field.read(value[key])
            except Wrong as wrong:
                issues += _below(key, wrong)
        if issues:
            raise Wrong(*issues)
        # null and absent may mean different things
        return SimpleNamespace(**found, given=frozenset(value))

    return read


def array(item: Reader, most: int, least: int = 0) -> Reader:
    def read(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise _wrong(f"expected a list, found {_kind(value)}")
        if not least <= len(value) <= most:
            raise _wrong(f"expected {least} to {most} items, found {len(value)}")
        found: list[Any] = []
        issues: list[Issue] = []
        for i, element in enumerate(value):
            try:
                found.append(item(element))
            except Wrong as wrong:
                issues += _below(i, wrong)
        if issues:
            raise Wrong(*issues)
        return found

    return read


def nullable(read: Reader) -> Reader:
    return lambda value: None if value is None else read(value)


def either(*readers: Reader) -> Reader:
    """The first that takes the value."""

    def read(value: Any) -> Any:
        wrong = _wrong("fits nothing")
        for reader in readers:
            try:
                return reader(value)
            except Wrong as caught:
                wrong = caught
        raise wrong

    return read


def choice(*allowed: str) -> Reader:
    def read(value: Any) -> str:
        if value not in allowed or not isinstance(value, str):
            raise _wrong(f"expected one of {', '.join(allowed)}, found {_shown(value)}")
        return value

    return read


def number(least: float, most: float, *, above: bool = False) -> Reader:
    """With `above` the least value itself is refused."""

    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise _wrong(f"expected a number, found {_kind(value)}")
        if not math.isfinite(value):
            raise _wrong(f"expected a finite number, found {value}")
        if not least <= value <= most or (above and value == least):
            raise _wrong(f"expected {'more than ' if above else ''}{least:g} to {most:g}, found {value:g}")
        return float(value)

    return read


def integer(least: int, most: int) -> Reader:
    within = number(least, most)

    def read(value: Any) -> int:
        found = within(value)
        if not found.is_integer():
            raise _wrong(f"expected a whole number, found {value:g}")
        return int(found)

    return read


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(f"expected true or false, found {_kind(value)}")
    return value


def text(most: int, least: int = 0) -> Reader:
    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise _wrong(f"expected text, found {_kind(value)}")
        if not least <= len(value) <= most:
            raise _wrong(f"expected {least} to {most} characters, found {len(value)}")
        return value

    return read


def name(value: Any) -> str:
    """The name of a thing in Blender, which keeps 63 bytes of it."""
    found = text(63, 1)(value)
    if any(ord(character) < 32 or 127 <= ord(character) < 160 for character in found):
        raise _wrong("a name has no control characters")
    try:
        length = len(found.encode())
    except UnicodeEncodeError:
        raise _wrong("a name is made of whole characters") from None
    if length > 63:
        raise _wrong(f"Blender keeps 63 bytes of a name, and this has {length}")
    return found


def file_name(value: Any) -> str:
    """A file's name without folder."""
    found = text(100, 1)(value)
    if found.startswith(".") or any(character in '/\\:*?"<>|' or ord(character) < 32 for character in found):
        raise _wrong("expected a file's name without folder")
    return found


def vector(value: Any) -> tuple[float, float, float]:
    coordinate = number(-LARGEST_COORDINATE, LARGEST_COORDINATE)
    found = array(coordinate, 3, 3)(value)
    return found[0], found[1], found[2]


def color(value: Any) -> tuple[float, float, float]:
    """Scene-linear red, green and blue."""
    found = array(number(0, 1), 3, 3)(value)
    return found[0], found[1], found[2]


def frame(value: Any) -> int:
    return integer(-LARGEST_FRAME, LARGEST_FRAME)(value)


def file(value: Any) -> AssetFile:
    """`{ "$file": { path, name, mediaType } }`; whether it lies in the bridge's folder is the call's to check."""
    content = value.get("$file") if isinstance(value, dict) else None
    if not isinstance(content, dict) or not all(isinstance(content.get(key), str) for key in ("path", "name")):
        raise _wrong('expected a file, as { "$file": { path, name, mediaType } }')
    return AssetFile(Path(content["path"]), content["name"], str(content.get("mediaType", "")))


def _issue(message: str, *path: str | int) -> Issue:
    return {"path": list(path), "message": message}


def _wrong(message: str) -> Wrong:
    return Wrong(_issue(message))


def _below(key: str | int, wrong: Wrong) -> list[Issue]:
    return [{"path": [key, *issue["path"]], "message": issue["message"]} for issue in wrong.issues]


def _shown(value: Any) -> str:
    return repr(value)[:60] if isinstance(value, str) else _kind(value)


def _kind(value: Any) -> str:
    kinds = {bool: "a truth value", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return "null" if value is None else kinds.get(type(value), type(value).__name__)
