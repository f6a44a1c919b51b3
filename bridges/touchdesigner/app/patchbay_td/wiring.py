"""Wires between operators of one network."""

from __future__ import annotations

from typing import Any

from .describe import inputs_of, summary
from .errors import failed
from .execution import Call, Command


def connect(source: Any, output: int, target: Any, at: int) -> None:
    """Raises COMMAND_FAILED where TouchDesigner has no such wire, or did not make it."""
    if source.parent().path != target.parent().path:
        raise failed(f"{source.path} and {target.path} are in different networks: wires do not leave theirs")
    if source.id == target.id:
        raise failed(f"{source.path} cannot be wired to itself")
    outputs, inputs = source.outputConnectors, target.inputConnectors
    if not 0 <= output < len(outputs):
        raise failed(f"{source.path} has {len(outputs)} outputs: there is no output {output}")
    is_next = at == len(inputs) and bool(getattr(target, "isMultiInputs", False))
    if not 0 <= at < len(inputs) and not is_next:
        raise failed(f"{target.path} has {len(inputs)} inputs: there is no input {at}")
    if not target.isCOMP and not source.isCOMP and source.family != target.family:
        raise failed(f"{source.path} is a {source.family} and {target.path} takes {target.family}s: no wire fits")
    if is_next:
        # operators that take any number show no more inputs than they have wires
        target.setInputs([*target.inputs, source])
    else:
        inputs[at].connect(outputs[output])
    wired = [end.owner.path for end in target.inputConnectors[at].connections]
    if source.path not in wired:
        raise failed(f"TouchDesigner did not wire {source.path} to input {at} of {target.path}")


def free_input(target: Any) -> int:
    """The first input with nothing in it; else the next one where there may be any number, else the first."""
    connectors = target.inputConnectors
    for i, connector in enumerate(connectors):
        if not connector.connections:
            return i
    return len(connectors) if getattr(target, "isMultiInputs", False) else 0


def wires_of(target: Any) -> list[Any]:
    """What each input is wired to, as `apply_network` takes it; false for nothing."""
    ends = [connector.connections for connector in target.inputConnectors]
    return [{"node": end[0].owner.path, "output": int(end[0].index)} if end else False for end in ends]


def rewired(target: Any, before: list[Any]) -> dict[str, Any]:
    """What `apply_network` takes to bring the wires back."""
    missing = [False] * (len(target.inputConnectors) - len(before))
    return {"parent": target.parent().path, "nodes": [{"name": target.name, "inputs": [*before, *missing]}]}


def cut(target: Any, at: int) -> None:
    """What is not wired stays so."""
    if at < len(target.inputConnectors):
        target.inputConnectors[at].disconnect()


def _connect_nodes(call: Call) -> Any:
    source, target = call.node_to_change("from"), call.node_to_change("to")
    at = call.args.whole("input", None)
    at = free_input(target) if at is None else at
    before = inputs_of(target)
    replaced = before[at] if at < len(before) else None
    wires = wires_of(target)
    with call.change(f"connect {source.name} to {target.name}"):
        connect(source, call.args.whole("output", 0), target, at)
    return {**summary(target), "input": at, "replaced": replaced, "previous": rewired(target, wires)}


def _disconnect_nodes(call: Call) -> Any:
    target = call.node_to_change()
    source = call.node_to_change("from") if "from" in call.args else None
    at = call.args.whole("input", None)
    removed: list[str] = []
    wires = wires_of(target)
    with call.change(f"disconnect {target.name}"):
        for i, connector in enumerate(list(target.inputConnectors)):
            ends = [end.owner for end in connector.connections]
            if not ends or (at is not None and i != at):
                continue
            if source is not None and source.path not in [end.path for end in ends]:
                continue
            removed += [end.path for end in ends]
            connector.disconnect()
        if not removed:
            raise failed(
                f"{target.path} has no such wire" if source or at is not None else f"{target.path} is not wired"
            )
    return {**summary(target), "removed": removed, "previous": rewired(target, wires)}


COMMANDS = {"connect_nodes": Command(_connect_nodes), "disconnect_nodes": Command(_disconnect_nodes)}
