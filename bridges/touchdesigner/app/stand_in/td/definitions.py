"""How the catalogue says what an operator type has: its label, inputs and parameters, in few letters."""

from __future__ import annotations

from dataclasses import dataclass

from .pars import ParDef


@dataclass(frozen=True)
class TypeDef:
    name: str
    label: str
    least: int
    most: int
    parameters: tuple[ParDef, ...] = ()
    family: str = ""


def f(
    name: str, label: str, default: float = 0.0, low: float = 0.0, high: float = 1.0, clamped: bool = False
) -> ParDef:
    return ParDef(name, label, "Float", default, low, high, clamped)


def i(name: str, label: str, default: int = 0, low: int = 0, high: int = 10, clamped: bool = False) -> ParDef:
    return ParDef(name, label, "Int", default, low, high, clamped)


def t(name: str, label: str, default: bool = False) -> ParDef:
    return ParDef(name, label, "Toggle", default)


def s(name: str, label: str, default: str = "", style: str = "Str") -> ParDef:
    return ParDef(name, label, style, default)


def p(name: str, label: str) -> ParDef:
    return ParDef(name, label, "Pulse", False)


def m(name: str, label: str, default: str, *entries: str, style: str = "Menu") -> ParDef:
    """Each entry is `value` or `value=Label`."""
    pairs = [entry.partition("=") for entry in entries]
    menu = tuple((value, text or value.capitalize()) for value, _, text in pairs)
    return ParDef(name, label, style, default, menu=menu)


def xyz(name: str, label: str, parts: str = "xyz", default: float = 0.0, high: float = 1.0) -> tuple[ParDef, ...]:
    return tuple(f(name + part, f"{label} {part.upper()}", default, -high, high) for part in parts)


def color(
    default: tuple[float, float, float] = (1.0, 1.0, 1.0), name: str = "color", label: str = "Color"
) -> tuple[ParDef, ...]:
    letters = zip("rgb", ("Red", "Green", "Blue"), default, strict=True)
    return tuple(f(name + letter, f"{label} {word}", value) for letter, word, value in letters)
