"""Operators: make, remove, name, copy, place, flag."""

from __future__ import annotations

import re
from typing import Any

from . import compat
from .arguments import Arguments
from .describe import flags_of, summary
from .errors import CommandError, failed, missing
from .execution import Call, Command
from .parameters import changes, settings_of
from .wiring import connect

FAMILIES = ("TOP", "CHOP", "SOP", "DAT", "COMP", "MAT", "POP")
_NAME = re.compile(r"^[A-Za-z0-9_]{1,100}$")
_APART = 200


def resolve_type(name: str, family: str | None) -> Any:
    """`noiseTOP`, `noise` with the family TOP, `Movie File In TOP`: the class of that operator. Raises NOT_FOUND."""
    known = {each.__name__.lower(): each for types in compat.families().values() for each in types}
    plain = re.sub(r"[\s_\-]+", "", name).lower()
    candidates = [plain] if family is None else [plain + family.lower(), plain]
    for candidate in candidates:
        found = known.get(candidate)
        if found is not None and (family is None or found.__name__.upper().endswith(family)):
            return found
    alike = [each for key, each in known.items() if family is None and _base(key) == plain]
    if len(alike) == 1:
        return alike[0]
    if alike:
        names = sorted(each.__name__ for each in alike)
        raise CommandError(
            "CONFLICT", f"'{name}' is the name of several types: {', '.join(names)}", context={"available": names}
        )
    wanted = f"{plain}{family or ''}"
    names = (each.__name__ for each in known.values())
    among = f" among its {family}s" if family else ""
    raise missing(f"TouchDesigner has no operator type '{name[:80]}'{among}", wanted, names, "operator type")


def _base(key: str) -> str:
    for family in FAMILIES:
        if key.endswith(family.lower()):
            return key[: -len(family)]
    return key


def check_name(name: str) -> str:
    """Operators are called by letters, digits and underscores. Raises INVALID_ARGUMENTS."""
    if not _NAME.match(name):
        raise Arguments({}).wrong(f"'{name[:80]}' is no name for an operator: letters, digits and _ only", "name")
    return name


def free_place(network: Any) -> tuple[float, float]:
    """To the right of what is there."""
    others = [child for child in network.children if not getattr(child, "isUtility", False)]
    if not others:
        return 0.0, 0.0
    last = max(others, key=lambda child: child.nodeX)
    return float(last.nodeX) + _APART, float(last.nodeY)


def make(network: Any, kind: Any, name: str | None, position: tuple[float, float] | None) -> Any:
    """A new operator; TouchDesigner gives it a digit where its name is taken."""
    place = position or free_place(network)
    node = network.create(kind, name) if name is not None else network.create(kind)
    node.nodeX, node.nodeY = place
    return node


def position_in(args: Arguments) -> tuple[float, float] | None:
    found = args.list_of("position", None)
    if found is None:
        return None
    if len(found) != 2 or not all(isinstance(part, (int, float)) and not isinstance(part, bool) for part in found):
        raise args.wrong("expected [x, y]", "position")
    return float(found[0]), float(found[1])


def set_flags(node: Any, wanted: dict[str, Any]) -> None:
    names = {"cooking": "allowCooking"}
    for flag, value in wanted.items():
        name = names.get(flag, flag)
        if not hasattr(node, name):
            raise failed(f"{node.path} has no flag '{flag}'")
        setattr(node, name, bool(value))


def made(node: Any) -> dict[str, Any]:
    """A new operator, with all that somebody could make of it afterwards."""
    return {
        **summary(node),
        "settings": settings_of(node),
        "children": len(node.children) if node.isCOMP else 0,
        "outputs": [end.owner.path for connector in node.outputConnectors for end in connector.connections],
    }


def _create_node(call: Call) -> Any:
    args = call.args
    network = call.network.find_network(args.text("parent", None))
    kind = resolve_type(args.text("type"), args.text("family", None))
    name = args.text("name", None)
    source = call.node_to_change("input") if "input" in args else None
    if source is not None and source.parent().path != network.path:
        raise failed(f"{source.path} is not in {network.path}: wires do not leave their network")
    with call.change(f"create {kind.__name__}"):
        position = position_in(args)
        if position is None and source is not None:
            position = (float(source.nodeX) + _APART, float(source.nodeY))
        node = make(network, kind, check_name(name) if name is not None else None, position)
        call.note(node)
        for change in list(changes(node, args.mapping("parameters"))):
            change.apply()
        if source is not None:
            connect(source, 0, node, 0)
    call.note(*call.network.below(node)) if node.isCOMP else None
    return made(node)


def _delete_node(call: Call) -> Any:
    node = call.node_to_change()
    if node.parent() is None or node.path == call.network.home.path:
        raise failed(f"{node.path} is where Patchbay works: it is not deleted")
    path, name, kind = node.path, node.name, node.OPType
    with call.change(f"delete {name}"):
        if node.isCOMP:
            call.note(*call.network.below(node))
        call.note(path)
        node.destroy()
    return {"name": name, "path": path, "type": kind}


def _rename_node(call: Call) -> Any:
    node = call.node_to_change()
    wanted = check_name(call.args.text("name"))
    previous = node.name
    sibling = node.parent().op(wanted)
    if sibling is not None and sibling.id != node.id:
        raise CommandError("CONFLICT", f"There is another '{wanted}' in {node.parent().path}")
    with call.change(f"rename {previous}"):
        node.name = wanted
    call.note(node)
    if node.name != wanted:
        raise failed(f"TouchDesigner called it '{node.name}' instead of '{wanted}'")
    return {**summary(node), "previous": previous}


def _copy_node(call: Call) -> Any:
    source = call.node_to_change()
    network = call.network.find_network(call.args.text("parent", None) or source.parent().path)
    name = call.args.text("name", None)
    with call.change(f"copy {source.name}"):
        place = free_place(network)
        node = network.copy(source, name=check_name(name)) if name is not None else network.copy(source)
        node.nodeX, node.nodeY = position_in(call.args) or place
    call.note(node)
    if node.isCOMP:
        call.note(*call.network.below(node))
    return made(node)


def _move_node(call: Call) -> Any:
    node = call.node_to_change()
    position = position_in(call.args)
    previous = [float(node.nodeX), float(node.nodeY)]
    with call.change(f"place {node.name}"):
        if position is not None:
            node.nodeX, node.nodeY = position
    return {**summary(node), "previous": {"node": node.path, "position": previous}}


def _set_flags(call: Call) -> Any:
    node = call.node_to_change()
    wanted = {
        flag: call.args.truth(flag)
        for flag in ("bypass", "display", "render", "viewer", "lock", "cooking")
        if flag in call.args
    }
    flags = flags_of(node)
    previous = {"node": node.path, **{flag: flags[flag] for flag in wanted if flag in flags}}
    with call.change(f"flag {node.name}"):
        set_flags(node, wanted)
    return {**summary(node), "previous": previous}


COMMANDS = {
    "create_node": Command(_create_node),
    "delete_node": Command(_delete_node),
    "rename_node": Command(_rename_node),
    "copy_node": Command(_copy_node),
    "move_node": Command(_move_node),
    "set_flags": Command(_set_flags),
}
