"""Operators as JSON: short in lists, whole on demand."""

from __future__ import annotations

from typing import Any

from . import compat
from .parameters import describe as describe_parameter
from .values import as_json, tidy, whole

_MOST_CHANNELS = 64
_PREVIEW = 2_000
_MOST_MESSAGES = 20


def summary(node: Any) -> dict[str, Any]:
    """What every command about an operator answers: read from it after the change."""
    return {
        "name": node.name,
        "path": node.path,
        "type": node.OPType,
        "family": node.family,
        "kind": f"{node.type} {node.family}",
        "parent": node.parent().path if node.parent() is not None else None,
        "position": [tidy(float(node.nodeX)), tidy(float(node.nodeY))],
        "inputs": inputs_of(node),
        "flags": flags_of(node),
        "errors": errors_of(node),
    }


def brief(node: Any) -> dict[str, Any]:
    """One of many."""
    return {
        "name": node.name,
        "path": node.path,
        "type": node.OPType,
        "family": node.family,
        "kind": f"{node.type} {node.family}",
        "inputs": inputs_of(node),
        "error": bool(errors_of(node)),
    }


def details(node: Any, parameters: list[Any]) -> dict[str, Any]:
    return {
        **summary(node),
        "outputs": [end.owner.path for connector in node.outputConnectors for end in connector.connections],
        "warnings": [whole(line) for line in compat.lines(node.warnings())][:_MOST_MESSAGES],
        "comment": whole(str(node.comment))[:_PREVIEW],
        "tags": sorted(whole(str(tag)) for tag in node.tags),
        "children": len(node.children) if node.isCOMP else 0,
        "parameters": [describe_parameter(par) for par in parameters],
        "content": content_of(node),
    }


def inputs_of(node: Any) -> list[str | None]:
    """What each input is wired to: null for a free one before a wired one."""
    found = [_source(connector) for connector in node.inputConnectors]
    while found and found[-1] is None:
        found.pop()
    return found


def _source(connector: Any) -> str | None:
    connections = connector.connections
    return connections[0].owner.path if connections else None


def flags_of(node: Any) -> dict[str, bool]:
    names = ("bypass", "display", "render", "viewer", "lock", "allowCooking")
    return {_snake(name): bool(getattr(node, name)) for name in names if _has_flag(node, name)}


def _has_flag(node: Any, name: str) -> bool:
    # objects and geometry are displayed and rendered, components may stop cooking; the rest is everybody's
    if name in ("display", "render"):
        return node.family in ("SOP", "COMP", "POP")
    if name == "allowCooking":
        return bool(node.isCOMP)
    return hasattr(node, name)


def _snake(name: str) -> str:
    return "cooking" if name == "allowCooking" else name


def errors_of(node: Any) -> list[str]:
    return [whole(line)[:500] for line in compat.lines(node.errors(recurse=False))][:_MOST_MESSAGES]


def content_of(node: Any) -> dict[str, Any]:
    """What the operator makes, in numbers; by its family."""
    match node.family:
        case "TOP":
            return {"width": int(node.width), "height": int(node.height)}
        case "CHOP":
            channels = node.chans()[:_MOST_CHANNELS]
            return {
                "channels": {whole(channel.name): tidy(float(channel.eval())) for channel in channels},
                "count": int(node.numChans),
                "samples": int(node.numSamples),
                "rate": compat.rate_of(node),
            }
        case "SOP":
            return {"points": as_json(_count(node, "points")), "primitives": as_json(_count(node, "prims"))}
        case "DAT":
            text = whole(str(node.text))
            return {"rows": int(node.numRows), "columns": int(node.numCols), "text": text[:_PREVIEW]}
    return {}


def _count(node: Any, name: str) -> int | None:
    number = getattr(node, f"num{name.capitalize()}", None)
    if number is not None:
        return int(number)
    found = getattr(node, name, None)
    return len(found) if found is not None else None
