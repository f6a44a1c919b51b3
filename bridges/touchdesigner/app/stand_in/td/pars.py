"""Parameters, with their types, bounds, menus, modes and expressions."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


class tdError(Exception):
    """What TouchDesigner raises."""


class ParMode(enum.Enum):
    CONSTANT = 0
    EXPRESSION = 1
    EXPORT = 2
    BIND = 3


@dataclass(frozen=True)
class ParDef:
    name: str
    label: str
    style: str
    default: Any
    low: float = 0.0
    high: float = 1.0
    # Whether what is below or above is held.
    clamped: bool = False
    menu: tuple[tuple[str, str], ...] = ()
    page: str = "Parameters"


class Page:
    def __init__(self, name: str, owner: Any = None) -> None:
        self.name = name
        self._owner = owner

    def _append(self, definition: ParDef) -> list[Par]:
        return [self._owner.par.add(definition)]

    def appendToggle(self, name: str, label: str | None = None) -> list[Par]:
        return self._append(ParDef(name, label or name, "Toggle", False, page=self.name))

    def appendStr(self, name: str, label: str | None = None) -> list[Par]:
        return self._append(ParDef(name, label or name, "Str", "", page=self.name))

    def appendPulse(self, name: str, label: str | None = None) -> list[Par]:
        return self._append(ParDef(name, label or name, "Pulse", False, page=self.name))

    def appendFloat(self, name: str, label: str | None = None) -> list[Par]:
        return self._append(ParDef(name, label or name, "Float", 0.0, page=self.name))


@lru_cache(maxsize=10_000)
def _compiled(expression: str) -> Any:
    return compile(expression, "<expression>", "eval")


def _number(operation: str) -> Callable[..., Any]:
    def apply(self: Par, *others: Any) -> Any:
        values = [float(other) if isinstance(other, Par) else other for other in others]
        return getattr(float(self), operation)(*map(float, values))

    return apply


class Par:
    """One parameter of one operator."""

    def __init__(self, owner: Any, definition: ParDef) -> None:
        self.owner = owner
        self._definition = definition
        self._val: Any = definition.default
        self._expr = ""
        self._mode = ParMode.CONSTANT
        self.bindExpr = ""
        self.readOnly = False
        self.enable = True
        self.page = Page(definition.page)

    __add__ = __radd__ = _number("__add__")
    __mul__ = __rmul__ = _number("__mul__")
    __sub__ = _number("__sub__")
    __truediv__ = _number("__truediv__")

    def __float__(self) -> float:
        return float(self.eval())

    def __str__(self) -> str:
        return str(self.eval())

    @property
    def name(self) -> str:
        return self._definition.name

    @property
    def label(self) -> str:
        return self._definition.label

    @property
    def style(self) -> str:
        return self._definition.style

    @property
    def default(self) -> Any:
        return self._definition.default

    @property
    def normMin(self) -> float:
        return self._definition.low

    @property
    def normMax(self) -> float:
        return self._definition.high

    @property
    def menuNames(self) -> list[str]:
        return [name for name, _ in self._definition.menu]

    @property
    def menuLabels(self) -> list[str]:
        return [label for _, label in self._definition.menu]

    @property
    def isMenu(self) -> bool:
        return self.style in ("Menu", "StrMenu")

    @property
    def isPulse(self) -> bool:
        return self.style == "Pulse"

    @property
    def isMomentary(self) -> bool:
        return self.style == "Momentary"

    @property
    def isToggle(self) -> bool:
        return self.style == "Toggle"

    @property
    def isInt(self) -> bool:
        return self.style == "Int"

    @property
    def isFloat(self) -> bool:
        return self.style == "Float"

    @property
    def isNumber(self) -> bool:
        return self.style in ("Float", "Int", "Toggle")

    @property
    def isOP(self) -> bool:
        return self.style in ("OP", "TOP", "CHOP", "SOP", "DAT", "COMP", "MAT", "Object")

    @property
    def isDefault(self) -> bool:
        return self._mode is ParMode.CONSTANT and self._val == self.default

    @property
    def mode(self) -> ParMode:
        return self._mode

    @mode.setter
    def mode(self, mode: ParMode) -> None:
        self._change(self._val, self._expr, mode)

    @property
    def expr(self) -> str:
        return self._expr

    @expr.setter
    def expr(self, expression: str) -> None:
        self._change(self._val, str(expression), ParMode.EXPRESSION)

    @property
    def val(self) -> Any:
        return self._val

    @val.setter
    def val(self, value: Any) -> None:
        if self.isPulse:
            return self.pulse()
        self._change(self._fitted(value), self._expr, ParMode.CONSTANT)
        return None

    def eval(self) -> Any:
        """Raises `tdError` where its expression fails."""
        if self._mode is not ParMode.EXPRESSION:
            return self._val
        try:
            value = eval(_compiled(self._expr), self.owner.expression_names())
        except Exception as error:
            raise tdError(f"{type(error).__name__}: {error}") from error
        return self._fitted(value)

    def pulse(self, *_args: Any, **_kwargs: Any) -> None:
        self.owner.on_pulse(self)

    def _fitted(self, value: Any) -> Any:
        if isinstance(value, Par):
            value = value.eval()
        if self.style in ("Float", "Int", "Toggle"):
            try:
                number = float(value)
            except (TypeError, ValueError) as error:
                raise tdError(f"Cannot set '{self.name}' to {value!r}") from error
            if not math.isfinite(number):
                number = 0.0
            if self._definition.clamped:
                number = min(max(number, self._definition.low), self._definition.high)
            return number if self.style == "Float" else bool(number) if self.isToggle else int(number)
        if self.style == "Menu":
            # an entry that there is not leaves it as it was, without a word
            return value if value in self.menuNames else self._val
        path = getattr(value, "path", None)
        return path if path is not None else str(value)

    def _change(self, value: Any, expression: str, mode: ParMode) -> None:
        before = (self._val, self._expr, self._mode)
        after = (value, expression, mode)
        if before == after:
            return

        def put(content: tuple[Any, str, ParMode]) -> None:
            self._val, self._expr, self._mode = content
            self.owner.on_parameter(self, before[0])

        put(after)
        self.owner.world.undo.record(lambda: put(before), lambda: put(after))


class ParCollection:
    """`node.par.amp`, `node.par['amp']`"""

    def __init__(self, owner: Any, definitions: tuple[ParDef, ...]) -> None:
        object.__setattr__(self, "_owner", owner)
        object.__setattr__(self, "_all", {each.name: Par(owner, each) for each in definitions})

    def __getattr__(self, name: str) -> Par:
        try:
            return self._all[name]
        except KeyError:
            raise AttributeError(f"'{self._owner.path}' has no parameter '{name}'") from None

    def __setattr__(self, name: str, value: Any) -> None:
        getattr(self, name).val = value

    def __getitem__(self, name: str) -> Par | None:
        return self._all.get(name)

    def __iter__(self) -> Iterator[Par]:
        return iter(self._all.values())

    def add(self, definition: ParDef) -> Par:
        return self._all.setdefault(definition.name, Par(self._owner, definition))
