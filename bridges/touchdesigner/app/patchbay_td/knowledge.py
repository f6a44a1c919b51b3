"""What TouchDesigner knows about itself: its operator types, their parameters, its Python classes."""

from __future__ import annotations

import inspect
from typing import Any

import td

from . import compat
from .errors import CommandError, missing
from .execution import Call, Command
from .nodes import FAMILIES, resolve_type
from .parameters import describe
from .undoing import unrecorded
from .values import whole

_DOCS = "https://docs.derivative.ca/"
_MOST_MEMBERS = 300


def _entry(family: str, kind: Any) -> dict[str, Any]:
    label, least, most = compat.type_facts(kind)
    return {"type": kind.__name__, "family": family, "label": label, "inputs": [least, most]}


def _list_operator_types(call: Call) -> Any:
    wanted, family = call.args.text("search", "").lower(), call.args.text("family", None)
    found = [
        entry
        for name, types in sorted(compat.families().items())
        if family in (None, name)
        for entry in (_entry(name, kind) for kind in sorted(types, key=lambda kind: kind.__name__))
        if wanted in entry["type"].lower() or wanted in entry["label"].lower()
    ]
    offset, limit = call.args.whole("offset", 0), call.args.whole("limit", 200)
    page = found[offset : offset + limit]
    end = offset + len(page)
    return {"types": page, "total": len(found), "next": end if end < len(found) else None}


def _get_help(call: Call) -> Any:
    topic = call.args.text("topic")
    try:
        kind = resolve_type(topic, call.args.text("family", None))
    except CommandError as error:
        found = getattr(td, topic, None) if topic.isidentifier() and not topic.startswith("_") else None
        if not inspect.isclass(found):
            classes = [name for name in dir(td) if inspect.isclass(getattr(td, name, None))]
            if error.code == "CONFLICT":
                raise
            raise missing(f"TouchDesigner has nothing called '{topic[:80]}'", topic, classes) from None
        kind = found
    family = next((name for name in FAMILIES if kind.__name__.endswith(name)), None)
    is_type = family is not None and compat.operator_type(kind.__name__) is not None
    label, parameters = _sample(call, kind) if is_type else (kind.__name__, [])
    return {
        "name": kind.__name__,
        "label": label,
        "family": family if is_type else None,
        "summary": whole(inspect.getdoc(kind) or "")[:4_000],
        "members": _members(kind),
        "parameters": parameters,
        "url": _DOCS + (f"{label} {family}".replace(" ", "_") if is_type else f"{kind.__name__}_Class"),
    }


def _members(kind: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name in dir(kind):
        if name.startswith("_"):
            continue
        member = inspect.getattr_static(kind, name, None)
        summary = (inspect.getdoc(member) or "").strip().split("\n")[0]
        found.append({"name": name, "method": callable(member), "summary": whole(summary)[:300]})
    return found[:_MOST_MEMBERS]


def _sample(call: Call, kind: Any) -> tuple[str, list[dict[str, Any]]]:
    """Label and parameters, read from one that is there for this moment alone: only operators tell of theirs."""
    with unrecorded():
        sample = call.network.component.create(kind)
        try:
            label = sample.label if isinstance(getattr(sample, "label", None), str) else kind.__name__
            return label, [describe(par) for par in sample.pars()]
        finally:
            sample.destroy()


COMMANDS = {
    "list_operator_types": Command(_list_operator_types, reads=True),
    "get_help": Command(_get_help, reads=True),
}
