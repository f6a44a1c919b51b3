"""How many points and primitives a SOP has."""

from __future__ import annotations

from typing import Any


def counts(sop: Any) -> tuple[int, int]:
    """Points and primitives."""
    value = lambda name: int(sop.par[name].eval())  # noqa: E731
    match sop.type:
        case "box":
            return 8, 6
        case "grid" | "torus":
            rows, columns = value("rows"), value("cols")
            return rows * columns, (rows - 1) * (columns - 1) if sop.type == "grid" else rows * columns
        case "sphere":
            return value("rows") * value("cols"), 1
        case "circle":
            return value("divs"), 1
        case "line":
            return value("points"), 1
        case "tube" | "text":
            return 80, 1
    parts = [counts(source) for source in sop.inputs]
    return sum(points for points, _ in parts), sum(prims for _, prims in parts)
