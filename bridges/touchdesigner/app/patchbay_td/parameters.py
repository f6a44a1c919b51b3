"""Parameters: finding them by name or label, setting them, and reading back what TouchDesigner made of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import td

from .arguments import kind
from .errors import CommandError, failed, invalid, missing
from .safety import check_expression, check_parameter
from .values import as_json

_MODES = ("CONSTANT", "EXPRESSION", "EXPORT", "BIND")
_LONGEST_MENU = 200


def find_parameter(node: Any, name: str) -> Any:
    """By its name (`amp`), or by its label as a person reads it (`Amplitude`). Raises NOT_FOUND."""
    parameters = list(node.pars())
    wanted = _plain(name)
    for fits in (
        lambda par: par.name == name,
        lambda par: _plain(par.name) == wanted,
        lambda par: _plain(par.label) == wanted,
        # "amplitude" for "Amplitude (Height)"
        lambda par: wanted != "" and _plain(par.label).startswith(wanted),
    ):
        found = [par for par in parameters if fits(par)]
        if found:
            return found[0]
    available = [known for par in parameters for known in dict.fromkeys((par.name, par.label))]
    raise missing(f"{node.path} has no parameter '{name[:80]}'", name, available, "parameter")


def describe(par: Any) -> dict[str, Any]:
    """One parameter, as `get_node` answers it."""
    found: dict[str, Any] = {
        "name": par.name,
        "label": str(par.label),
        "page": str(getattr(getattr(par, "page", None), "name", None) or getattr(par, "page", None) or ""),
        "style": str(par.style),
        "value": value_of(par),
        "mode": mode_of(par),
        "read_only": bool(getattr(par, "readOnly", False)),
    }
    if found["mode"] == "expression":
        found["expression"] = str(par.expr)
    if found["mode"] == "bind":
        found["expression"] = str(par.bindExpr)
    if not par.isPulse:
        found["default"] = as_json(par.default)
    if par.isMenu:
        found["menu"] = [
            {"value": str(value), "label": str(label)}
            for value, label in list(zip(par.menuNames, par.menuLabels, strict=False))[:_LONGEST_MENU]
        ]
    if par.isNumber and not par.isToggle:
        found["range"] = [as_json(float(par.normMin)), as_json(float(par.normMax))]
    return found


def reading(par: Any) -> dict[str, Any]:
    """What a command that set it answers: the value as it is now."""
    mode = mode_of(par)
    found: dict[str, Any] = {"name": par.name, "value": value_of(par), "mode": mode}
    if mode in ("expression", "bind"):
        found["expression"] = str(par.expr if mode == "expression" else par.bindExpr)
    return found


def settings_of(node: Any) -> list[dict[str, Any]]:
    """What is not at its default, as `get_node` lists it; without what an expression or another operator gives."""
    found = [reading(par) for par in node.pars() if not par.isDefault and not par.isPulse]
    return [one if one["mode"] == "constant" else _without(one, "value") for one in found]


def held(parameters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Readings as they can be compared with later ones."""
    hidden = ("asked",)
    return [_without(one, *hidden, *(() if one["mode"] == "constant" else ("value",))) for one in parameters]


def restoring(node: Any, parameters: Iterable[Any]) -> dict[str, Any] | None:
    """What `update_parameters` takes to bring them back to how they are now; None where it could not."""
    found: dict[str, Any] = {}
    for par in parameters:
        mode, value = mode_of(par), value_of(par)
        if mode == "expression":
            found[par.name] = {"expression": str(par.expr)}
        elif mode == "constant" and isinstance(value, (bool, int, float, str)):
            found[par.name] = value
        else:
            return None
        try:
            check_parameter(node, par.name)
        except CommandError:
            return None
    return found


def _without(reading: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in reading.items() if name not in names}


def value_of(par: Any) -> Any:
    """Evaluated; `None` where its expression fails, which the operator's errors say."""
    try:
        value = par.eval()
    except Exception:  # an artist's expression may raise anything
        return None
    if par.isToggle:
        return bool(value)
    if isinstance(value, float) and getattr(par, "isInt", False):
        return int(value)
    return as_json(value)


def mode_of(par: Any) -> str:
    name = str(getattr(par.mode, "name", par.mode)).rsplit(".", 1)[-1].upper()
    return name.lower() if name in _MODES else "constant"


class Change:
    """A parameter and what it shall be: checked before anything is touched."""

    def __init__(self, node: Any, name: str, wanted: Any) -> None:
        self.par = find_parameter(node, name)
        self._node = node
        self._wanted = wanted
        where = f"{node.path} {self.par.name}"
        if getattr(self.par, "readOnly", False):
            raise failed(f"{where} cannot be changed: it is read-only")
        if self.par.isPulse:
            raise failed(f"{where} is a button: use pulse_parameter")
        check_parameter(node, self.par.name)
        if isinstance(wanted, Mapping):
            text = wanted.get("expression")
            if not isinstance(text, str) or not text.strip() or set(wanted) != {"expression"}:
                raise invalid('expected a value, or { "expression": "…" }', self.par.name)
            check_expression(text, where)
        else:
            self._wanted = _fitting(self.par, wanted)

    def apply(self) -> dict[str, Any]:
        """Sets it, and reads it back. Raises COMMAND_FAILED where TouchDesigner did not take it."""
        where = f"{self._node.path} {self.par.name}"
        if isinstance(self._wanted, Mapping):
            self.par.expr = self._wanted["expression"]
            self.par.mode = td.ParMode.EXPRESSION
            try:
                self.par.eval()
            except Exception as error:
                raise failed(f"{where}: the expression fails: {error}", expression=self._wanted["expression"]) from None
            return reading(self.par)
        try:
            self.par.val = self._wanted
        except Exception as error:
            raise failed(f"{where} cannot be {self._wanted!r}: {error}") from None
        found = reading(self.par)
        if self.par.isMenu and isinstance(self._wanted, str) and str(self.par.eval()) != self._wanted:
            raise failed(f"{where} stayed {found['value']!r}: TouchDesigner did not take {self._wanted!r}")
        if self.par.isNumber and not self.par.isToggle and _differs(found["value"], self._wanted):
            found["asked"] = self._wanted
        return found


def changes(node: Any, wanted: Mapping[str, Any]) -> Iterator[Change]:
    for name, value in wanted.items():
        yield Change(node, str(name), value)


def _fitting(par: Any, value: Any) -> Any:
    """The value as this kind of parameter takes it. Raises INVALID_ARGUMENTS."""
    if par.isToggle:
        if isinstance(value, bool) or (isinstance(value, (int, float)) and value in (0, 1)):
            return bool(value)
        raise invalid(f"expected true or false, found {kind(value)}", par.name)
    if par.isMenu and isinstance(value, str):
        return _menu_value(par, value)
    if par.isMenu and isinstance(value, (int, float)) and not isinstance(value, bool):
        return _menu_value(par, str(int(value)) if float(value).is_integer() else str(value))
    if par.isNumber:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise invalid(f"expected a number, found {kind(value)}", par.name)
        return round(value) if getattr(par, "isInt", False) else float(value)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise invalid(f"expected text, found {kind(value)}", par.name)
    return str(value)


def _menu_value(par: Any, value: str) -> str:
    """A menu's value, by its name or by its label. A menu that takes text takes any."""
    names, labels = [str(name) for name in par.menuNames], [str(label) for label in par.menuLabels]
    if value in names:
        return value
    for name, label in zip(names, labels, strict=False):
        if _plain(value) in (_plain(label), _plain(name)):
            return name
    if par.style == "StrMenu":
        return value
    raise invalid(f"expected one of {', '.join(names[:30])}, found '{value[:60]}'", par.name)


def _differs(found: Any, wanted: Any) -> bool:
    if not isinstance(found, (int, float)):
        return True
    return abs(found - wanted) > 1e-5 * max(1.0, abs(wanted))


def _plain(text: str) -> str:
    return re.sub(r"[\s_\-()/.]+", "", text).lower()
