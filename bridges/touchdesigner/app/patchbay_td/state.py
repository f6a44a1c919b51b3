"""What the project looks like: bounded, however large it is. The rest is asked for with queries."""

from __future__ import annotations

from typing import Any

import td

from . import compat, timeline
from .describe import brief, errors_of
from .execution import Context
from .values import whole

_MOST_NODES = 400
_MOST_ERRORS = 50
# Walking further would hold a frame up: then the last look around knows how many there are.
_MOST_COUNTED = 2_000


def snapshot(context: Context) -> dict[str, Any]:
    nodes: list[dict[str, Any]] = []
    errors: list[dict[str, str]] = []
    families: dict[str, int] = {}
    total = 0
    for node in context.network.below(context.network.home):
        total += 1
        families[node.family] = families.get(node.family, 0) + 1
        if len(nodes) < _MOST_NODES:
            nodes.append(brief(node))
            if nodes[-1]["error"] and len(errors) < _MOST_ERRORS:
                errors += [{"path": node.path, "message": line} for line in errors_of(node)[:1]]
        if total >= _MOST_COUNTED:
            break
    if total >= _MOST_COUNTED and sum(context.families.values()) > total:
        families, total = dict(context.families), sum(context.families.values())
    return {
        "project": project(),
        "home": context.network.home.path,
        "timeline": timeline.settings(),
        "total": total,
        "families": families,
        "nodes": nodes,
        "more": total - len(nodes),
        "errors": errors,
        "watched": [watch.describe() for watch in context.watches.list()],
    }


def project() -> dict[str, Any]:
    return {
        "name": whole(str(td.project.name)),
        "touchdesigner": compat.app_version(),
        "cook_rate": float(td.project.cookRate),
    }
