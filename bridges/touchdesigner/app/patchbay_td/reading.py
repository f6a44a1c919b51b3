"""Looking: the project, its operators, errors, values."""

from __future__ import annotations

import fnmatch
import platform
from collections.abc import Generator
from typing import Any

import td

from . import compat, timeline
from .describe import brief, details, errors_of
from .execution import Call, Command
from .lookup import of_family
from .parameters import find_parameter
from .state import project
from .values import tidy, whole

# So many operators are looked at in one piece.
_PIECE = 200
_MOST_SAMPLES = 10_000
_MOST_CELLS = 20_000


def _get_info(call: Call) -> Generator[None, None, dict[str, Any]]:
    app = td.app
    count = 0
    for count, _ in enumerate(call.network.all(), 1):
        if count % _PIECE == 0:
            yield
    return {
        "version": compat.app_version(),
        "os": f"{app.osName} {app.osVersion}".strip(),
        "python": platform.python_version(),
        "project": project(),
        "home": call.network.home.path,
        "component": call.network.component.path,
        "timeline": timeline.settings(),
        "operators": count,
        "allow_code": call.allow_code,
    }


def _list_nodes(call: Call) -> Generator[None, None, dict[str, Any]]:
    args = call.args
    parent = call.network.find_network(args.text("parent", None))
    pattern, family, kind = args.text("pattern", "*"), args.text("family", None), args.text("type", None)
    offset, limit = args.whole("offset", 0), args.whole("limit", 100)
    nodes: list[dict[str, Any]] = []
    total = 0
    for looked, node in enumerate(call.network.below(parent, args.whole("depth", 1) or None), 1):
        if looked % _PIECE == 0:
            yield
        if not node.valid or not fnmatch.fnmatchcase(node.name.lower(), pattern.lower()):
            continue
        if (family is not None and node.family != family) or (
            kind is not None and kind not in (node.OPType, node.type)
        ):
            continue
        if offset <= total < offset + limit:
            nodes.append(brief(node))
        total += 1
    end = offset + len(nodes)
    return {"parent": parent.path, "nodes": nodes, "total": total, "next": end if end < total else None}


def _get_node(call: Call) -> Any:
    node = call.node()
    names = call.args.list_of("parameters", None)
    if names is not None:
        parameters = [find_parameter(node, str(name)) for name in names]
    elif call.args.truth("all_parameters", False):
        parameters = list(node.pars())
    else:
        parameters = [par for par in node.pars() if not par.isDefault and not par.isPulse]
    return details(node, parameters)


def _list_errors(call: Call) -> Generator[None, None, dict[str, Any]]:
    args = call.args
    parent = call.network.find_network(args.text("parent", "/"))
    limit, warnings = args.whole("limit", 100), args.truth("warnings", False)
    found: list[dict[str, str]] = []
    checked = total = 0
    for node in call.network.below(parent):
        if not node.valid:
            continue
        checked += 1
        messages = [("error", line) for line in errors_of(node)]
        if warnings:
            messages += [("warning", whole(line)[:500]) for line in compat.lines(node.warnings())]
        total += len(messages)
        for severity, message in messages:
            if len(found) < limit:
                found.append({"path": node.path, "severity": severity, "message": message})
        if checked % _PIECE == 0:
            call.progress(0.5, f"{checked} operators checked")
            yield
    return {"errors": found, "total": total, "checked": checked}


def _get_channels(call: Call) -> Any:
    chop = of_family(call.node(), "CHOP")
    pattern = call.args.text("channels", "*")
    samples = call.args.truth("samples", False)
    found: list[dict[str, Any]] = []
    budget = _MOST_SAMPLES
    for channel in chop.chans():
        if not any(fnmatch.fnmatchcase(channel.name, part) for part in pattern.split() or ["*"]):
            continue
        entry: dict[str, Any] = {"name": whole(channel.name), "value": tidy(float(channel.eval()))}
        if samples:
            entry["samples"] = [tidy(float(value)) for value in list(channel.vals)[: max(0, budget)]]
            budget -= len(entry["samples"])
        found.append(entry)
        if len(found) >= 1_000:
            break
    return {
        "name": chop.name,
        "path": chop.path,
        "channels": found,
        "samples": int(chop.numSamples),
        "rate": compat.rate_of(chop),
    }


def _get_text(call: Call) -> Any:
    dat = of_family(call.node(), "DAT")
    rows = None
    if dat.isTable:
        budget = _MOST_CELLS // max(1, int(dat.numCols))
        count = min(int(dat.numRows), budget)
        rows = [[whole(str(dat[r, c].val)) for c in range(dat.numCols)] for r in range(count)]
    text = whole(str(dat.text))
    return {
        "name": dat.name,
        "path": dat.path,
        "table": rows is not None,
        "text": "" if rows is not None else text,
        "rows": rows or [],
        "truncated": rows is not None and len(rows) < int(dat.numRows),
    }


def _get_timeline(_call: Call) -> Any:
    return {**timeline.settings(), **timeline.position()}


COMMANDS = {
    "get_info": Command(_get_info, reads=True),
    "list_nodes": Command(_list_nodes, reads=True),
    "get_node": Command(_get_node, reads=True),
    "list_errors": Command(_list_errors, reads=True),
    "get_channels": Command(_get_channels, reads=True),
    "get_text": Command(_get_text, reads=True),
    "get_timeline": Command(_get_timeline, reads=True),
}
