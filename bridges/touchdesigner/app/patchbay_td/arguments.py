"""What a command takes. The bridge has parsed it; what would break this side is looked at again here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import invalid

_MISSING: Any = object()


@dataclass(frozen=True)
class AssetFile:
    """A file that the bridge fetched into its folder."""

    path: Path
    name: str
    media_type: str


class Arguments:
    """One object of arguments, read field by field. `where` is its place in the whole."""

    def __init__(self, content: Any, where: tuple[str | int, ...] = ()) -> None:
        if not isinstance(content, Mapping):
            raise invalid(f"expected an object, found {kind(content)}", *where)
        self._content = content
        self._where = where

    def __contains__(self, name: str) -> bool:
        return self._content.get(name) is not None

    def raw(self, name: str, default: Any = None) -> Any:
        return self._content.get(name, default)

    def text(self, name: str, default: Any = _MISSING, longest: int = 10_000) -> Any:
        value = self._value(name, default)
        if value is default:
            return default
        if not isinstance(value, str):
            raise invalid(f"expected text, found {kind(value)}", *self._where, name)
        if len(value) > longest:
            raise invalid(f"expected at most {longest} characters, found {len(value)}", *self._where, name)
        return value

    def number(self, name: str, default: Any = _MISSING) -> Any:
        value = self._value(name, default)
        if value is default:
            return default
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise invalid(f"expected a finite number, found {kind(value)}", *self._where, name)
        return float(value)

    def whole(self, name: str, default: Any = _MISSING) -> Any:
        value = self.number(name, default)
        if value is default:
            return default
        if not value.is_integer():
            raise invalid(f"expected a whole number, found {value:g}", *self._where, name)
        return int(value)

    def truth(self, name: str, default: Any = _MISSING) -> Any:
        value = self._value(name, default)
        if value is not default and not isinstance(value, bool):
            raise invalid(f"expected true or false, found {kind(value)}", *self._where, name)
        return value

    def list_of(self, name: str, default: Any = _MISSING) -> list[Any]:
        value = self._value(name, default)
        if value is not default and not isinstance(value, list):
            raise invalid(f"expected a list, found {kind(value)}", *self._where, name)
        return value

    def items(self, name: str) -> list[Arguments]:
        """A list of objects; none where it is missing."""
        return [Arguments(item, (*self._where, name, i)) for i, item in enumerate(self.list_of(name, []))]

    def mapping(self, name: str) -> dict[str, Any]:
        value = self._value(name, {})
        if not isinstance(value, Mapping):
            raise invalid(f"expected an object, found {kind(value)}", *self._where, name)
        return dict(value)

    def file(self, name: str) -> AssetFile:
        """`{ "$file": { path, name, mediaType } }`; whether it lies in the bridge's folder is the call's to check."""
        value = self._value(name, _MISSING)
        content = value.get("$file") if isinstance(value, Mapping) else None
        if not isinstance(content, Mapping) or not all(isinstance(content.get(key), str) for key in ("path", "name")):
            raise invalid('expected a file, as { "$file": { path, name, mediaType } }', *self._where, name)
        return AssetFile(Path(content["path"]), content["name"], str(content.get("mediaType", "")))

    def wrong(self, message: str, *path: str | int) -> Exception:
        return invalid(message, *self._where, *path)

    def _value(self, name: str, default: Any) -> Any:
        value = self._content.get(name)
        if value is not None:
            return value
        if default is _MISSING:
            raise invalid("missing", *self._where, name)
        return default


def kind(value: Any) -> str:
    kinds = {bool: "a truth value", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return "null" if value is None else kinds.get(type(value), type(value).__name__)
