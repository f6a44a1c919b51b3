"""Parameters: one, many, back to their defaults, pressed."""

from __future__ import annotations

from typing import Any

import td

from .describe import errors_of
from .errors import failed
from .execution import Call, Command
from .parameters import Change, changes, find_parameter, held, reading, restoring
from .safety import check_parameter


def _answer(node: Any, parameters: list[dict[str, Any]], before: dict[str, Any] | None) -> dict[str, Any]:
    """With what is read back, and what brings back how it was before."""
    found = {
        "name": node.name,
        "path": node.path,
        "parameters": parameters,
        "names": [one["name"] for one in parameters],
        "held": held(parameters),
        "errors": errors_of(node),
    }
    return found if before is None else {**found, "restore": before}


def _set_parameter(call: Call) -> Any:
    node = call.node_to_change()
    wanted = {"expression": call.args.text("expression")} if "expression" in call.args else call.args.raw("value")
    if wanted is None:
        raise call.args.wrong("say a value or an expression", "value")
    change = Change(node, call.args.text("parameter"), wanted)
    previous = reading(change.par)
    before = restoring(node, [change.par])
    with call.change(f"{node.name} {change.par.name}"):
        found = change.apply()
    return {**_answer(node, [found], before), "previous": previous}


def _update_parameters(call: Call) -> Any:
    node = call.node_to_change()
    # all are looked at before the first is touched
    wanted = list(changes(node, call.args.mapping("parameters")))
    before = restoring(node, [change.par for change in wanted])
    with call.change(f"{len(wanted)} parameters of {node.name}"):
        found = [change.apply() for change in wanted]
    return _answer(node, found, before)


def _reset_parameters(call: Call) -> Any:
    node = call.node_to_change()
    names = call.args.list_of("parameters", [])
    parameters = [find_parameter(node, str(name)) for name in names] or [
        par for par in node.pars() if not par.isPulse and not par.readOnly and not par.isDefault
    ]
    kept: list[Any] = []
    for par in parameters:
        if par.isPulse or par.readOnly:
            raise failed(f"{node.path} {par.name} has no value to go back to")
        if names:
            check_parameter(node, par.name)
        kept.append(par)
    before = restoring(node, kept)
    with call.change(f"reset {node.name}"):
        for par in kept:
            par.mode = td.ParMode.CONSTANT
            par.val = par.default
        found = [reading(par) for par in kept]
    return _answer(node, found, before)


def _pulse_parameter(call: Call) -> Any:
    node = call.node_to_change()
    par = find_parameter(node, call.args.text("parameter"))
    check_parameter(node, par.name)
    if not (par.isPulse or par.isMomentary or par.isToggle):
        raise failed(f"{node.path} {par.name} is no button: set_parameter gives it a value")
    par.pulse()
    return {"name": node.name, "path": node.path, "parameter": par.name, "errors": errors_of(node)}


COMMANDS = {
    "set_parameter": Command(_set_parameter),
    "update_parameters": Command(_update_parameters),
    "reset_parameters": Command(_reset_parameters),
    "pulse_parameter": Command(_pulse_parameter),
}
