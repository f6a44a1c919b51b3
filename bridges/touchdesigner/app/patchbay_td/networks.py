"""A whole network at once: what is missing is made, what is there is changed; one undo step, or nothing."""

from __future__ import annotations

import json
from typing import Any

from .arguments import Arguments
from .describe import brief, errors_of, flags_of
from .errors import failed
from .execution import Call, Command
from .nodes import check_name, free_place, make, position_in, resolve_type, set_flags
from .parameters import Change, find_parameter, restoring
from .wiring import connect, cut, rewired, wires_of

MOST_NODES = 5_000
_MOST_BYTES = 32 * 1024 * 1024
_APART = (200.0, 130.0)
_MOST_ANSWERED = 500
_FLAGS = ("bypass", "display", "render", "viewer", "lock", "cooking")


def _apply_network(call: Call) -> Any:
    plan = _plan(call)
    network = call.network.find_network(call.args.text("parent", None))
    nodes = plan.items("nodes")
    if len(nodes) > MOST_NODES:
        raise failed(f"Cannot apply: {len(nodes)} operators are more than {MOST_NODES} in one step")
    work = _Work(call, network, nodes, plan)
    work.check()
    with call.change(f"apply {len(nodes)} operators"):
        work.apply()
    return work.answer()


def _plan(call: Call) -> Arguments:
    """The description itself, or an asset that holds it as JSON, for those that are too large for a message."""
    if "file" not in call.args:
        return call.args
    path = call.received(call.args.file("file"), "file")
    if path.stat().st_size > _MOST_BYTES:
        raise failed(f"Cannot apply: the file has more than {_MOST_BYTES} bytes")
    try:
        return Arguments(json.loads(path.read_text(encoding="utf-8")), ("file",))
    except ValueError as error:
        raise call.args.wrong(f"the file is no JSON: {error}", "file") from None


class _Work:
    def __init__(self, call: Call, network: Any, nodes: list[Arguments], plan: Arguments) -> None:
        self._call = call
        self._network = network
        self._nodes = nodes
        self._plan = plan
        self._types: dict[str, Any] = {}
        self._created: list[str] = []
        self._updated: list[str] = []
        self._removed: list[str] = []
        self._found: dict[str, Any] = {}
        # how what was there before was; None where it cannot be brought back
        self._before: list[dict[str, Any]] | None = []

    def check(self) -> None:
        """Everything that can be known before the first change."""
        for node in self._nodes:
            name = check_name(node.text("name"))
            if name in self._types:
                raise node.wrong(f"'{name}' is there twice", "name")
            present = self._network.op(name)
            wanted = node.text("type", None)
            kind = resolve_type(wanted, node.text("family", None)) if wanted is not None else None
            if present is None and kind is None:
                raise node.wrong(f"there is no '{name}', so say of which type it is made", "type")
            if present is not None:
                self._call.network.find_to_change(present.path)
                if kind is not None and kind.__name__ != present.OPType:
                    raise failed(f"{present.path} is a {present.OPType} and not a {kind.__name__}: delete it first")
            self._types[name] = kind
            position_in(node)
            for _source, _output in self._sources(node):
                pass
        for wire in self._plan.items("connections"):
            wire.text("from"), wire.text("to"), wire.whole("input", 0), wire.whole("output", 0)

    def apply(self) -> None:
        self._remember()
        self._remove()
        self._make()
        for node in self._nodes:
            made = self._found[node.text("name")]
            # parameters last: their expressions may name any of them
            for name, value in node.mapping("parameters").items():
                Change(made, name, value).apply()
            set_flags(made, {flag: node.truth(flag) for flag in _FLAGS if flag in node})
        for node in self._nodes:
            made = self._found[node.text("name")]
            sources = self._sources(node)
            # from behind: where there may be any number, the ones behind a cut one move up
            for at in reversed(range(len(sources))):
                if sources[at][0] is False:
                    cut(made, at)
            for at, (source, output) in enumerate(sources):
                if source is not None and source is not False:
                    connect(self._there(source), output, made, at)
        for wire in self._plan.items("connections"):
            source, target = self._there(wire.text("from")), self._there(wire.text("to"))
            connect(source, wire.whole("output", 0), target, wire.whole("input", 0))

    def answer(self) -> dict[str, Any]:
        touched = [self._found[name] for name in self._types]
        return {
            "parent": self._network.path,
            "created": self._created,
            "updated": self._updated,
            "removed": self._removed,
            "nodes": [brief(node) for node in touched[:_MOST_ANSWERED]],
            "more": max(0, len(touched) - _MOST_ANSWERED),
            "errors": [{"path": node.path, "message": line} for node in touched for line in errors_of(node)][:100],
            **self._previous(),
        }

    def _remember(self) -> None:
        """What is changed, as this command takes it; not of large ones, which nobody would want twice."""
        targets = {wire.text("to") for wire in self._plan.items("connections")}
        if len(self._nodes) > _MOST_ANSWERED or targets - {node.text("name") for node in self._nodes}:
            self._before = None
            return
        for node in self._nodes:
            present = self._network.op(node.text("name"))
            if present is None or self._before is None:
                continue
            parameters = [find_parameter(present, str(name)) for name in node.mapping("parameters")]
            restored, flags = restoring(present, parameters), flags_of(present)
            entry: dict[str, Any] = {
                "name": present.name,
                "position": [float(present.nodeX), float(present.nodeY)],
                **{flag: flags[flag] for flag in _FLAGS if flag in node and flag in flags},
            }
            if restored is None:
                self._before = None
                continue
            self._before.append({**entry, "parameters": restored, "inputs": wires_of(present)})

    def _previous(self) -> dict[str, Any]:
        if self._removed or self._before is None:
            return {}
        nodes = []
        for entry in self._before:
            again = rewired(self._network.op(entry["name"]), entry["inputs"])
            nodes.append({**entry, "inputs": again["nodes"][0]["inputs"]})
        made = [path.rsplit("/", 1)[-1] for path in self._created]
        return {"previous": {"parent": self._network.path, "nodes": nodes, "remove": made}}

    def _remove(self) -> None:
        for name in self._plan.list_of("remove", []):
            present = self._network.op(check_name(str(name)))
            if present is None:
                continue
            self._call.network.find_to_change(present.path)
            self._call.note(present, *(self._call.network.below(present) if present.isCOMP else ()))
            self._removed.append(present.path)
            present.destroy()

    def _make(self) -> None:
        left, top = free_place(self._network)
        columns = self._columns()
        rows: dict[int, int] = {}
        for node in self._nodes:
            name = node.text("name")
            present = self._network.op(name)
            position = position_in(node)
            if present is None:
                column = columns[name]
                row = rows[column] = rows.get(column, -1) + 1
                place = position or (left + column * _APART[0], top - row * _APART[1])
                present = make(self._network, self._types[name], name, place)
                if present.name != name:
                    raise failed(f"TouchDesigner called '{name}' '{present.name}'")
                self._created.append(present.path)
                self._call.note(present, *(self._call.network.below(present) if present.isCOMP else ()))
            else:
                self._updated.append(present.path)
                if position is not None:
                    present.nodeX, present.nodeY = position
            self._found[name] = present

    def _columns(self) -> dict[str, int]:
        """How many wires lie before each: what feeds stands left of what is fed. A circle ends where it began."""
        sources = {node.text("name"): [name for name, _ in self._sources(node) if name] for node in self._nodes}
        for wire in self._plan.items("connections"):
            if wire.text("to") in sources:
                sources[wire.text("to")].append(wire.text("from"))
        column: dict[str, int] = {}
        for first in sources:
            stack = [(first, iter(sources[first]))]
            column.setdefault(first, 0)
            open_ones = {first}
            while stack:
                name, rest = stack[-1]
                following = next(rest, None)
                if following is None:
                    stack.pop()
                    open_ones.discard(name)
                    if stack:
                        below = stack[-1][0]
                        column[below] = max(column[below], column[name] + 1)
                elif following in sources and following not in open_ones:
                    if following in column:
                        column[name] = max(column[name], column[following] + 1)
                    else:
                        column[following] = 0
                        open_ones.add(following)
                        stack.append((following, iter(sources[following])))
        return column

    def _sources(self, node: Arguments) -> list[tuple[Any, int]]:
        """Each with its output; null leaves what is there, false cuts it."""
        found: list[tuple[Any, int]] = []
        for at, source in enumerate(node.list_of("inputs", [])):
            if source is None or source is False or isinstance(source, str):
                found.append((source, 0))
            else:
                entry = Arguments(source)
                found.append((entry.text("node"), entry.whole("output", 0)))
            if at > 200:
                raise node.wrong("more than 200 inputs", "inputs")
        return found

    def _there(self, name: str) -> Any:
        found = self._found.get(name) or (self._network.op(name) if "/" not in name else None)
        return found if found is not None else self._call.network.find_to_change(name)


COMMANDS = {"apply_network": Command(_apply_network)}
