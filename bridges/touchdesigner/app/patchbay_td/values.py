"""TouchDesigner's values as JSON: finite, bounded, and without the noise of 32-bit floats."""

from __future__ import annotations

import math
from typing import Any

LONGEST_TEXT = 20_000
_MOST_ITEMS = 2_000
_DEEPEST = 6


def tidy(value: float) -> float:
    if not math.isfinite(value):
        return 0.0
    # no more than a 32-bit float knows
    rounded = round(value, 6) if abs(value) < 1 else float(f"{value:.7g}")
    return rounded + 0.0


def as_json(value: Any, depth: int = 0) -> Any:
    """The value as JSON; an operator is its path, and what JSON does not know is its text."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return tidy(value)
    if isinstance(value, str):
        return whole(value)[:LONGEST_TEXT]
    path = getattr(value, "path", None)
    if isinstance(path, str) and hasattr(value, "family"):
        return path
    if depth < _DEEPEST and isinstance(value, dict):
        return {whole(str(key)): as_json(inner, depth + 1) for key, inner in list(value.items())[:_MOST_ITEMS]}
    if depth < _DEEPEST and isinstance(value, (list, tuple, set, frozenset)):
        return [as_json(inner, depth + 1) for inner in list(value)[:_MOST_ITEMS]]
    return whole(str(value))[:LONGEST_TEXT]


def whole(text: str) -> str:
    """Half characters, as broken names have them, do not travel."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
