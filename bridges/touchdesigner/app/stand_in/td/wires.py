"""Connectors and the wires between them."""

from __future__ import annotations

from typing import Any

from .pars import tdError


class Connector:
    def __init__(self, owner: Any, index: int, *, is_input: bool) -> None:
        self.owner = owner
        self.index = index
        self.isInput = is_input
        self.isOutput = not is_input
        self._ends: list[Connector] = []

    @property
    def connections(self) -> list[Connector]:
        return list(self._ends)

    def connect(self, other: Any) -> None:
        """To a connector, or to the first one of an operator."""
        if not isinstance(other, Connector):
            connectors = other.outputConnectors if self.isInput else other.inputConnectors
            if not connectors:
                raise tdError(f"{other.path} has nothing to wire")
            other = connectors[0]
        target, source = (self, other) if self.isInput else (other, self)
        if not target.isInput or not source.isOutput:
            raise tdError("A wire goes from an output to an input")
        if target.owner.parent() is not source.owner.parent():
            raise tdError("Cannot connect operators of different networks")
        if not source.owner.isCOMP and not target.owner.isCOMP and source.owner.family != target.owner.family:
            raise tdError(f"Cannot connect a {source.owner.family} to a {target.owner.family}")
        _set(target, [source])

    def disconnect(self) -> None:
        if self.isInput:
            _set(self, [])
        else:
            for end in list(self._ends):
                end.disconnect()


def _set(target: Connector, sources: list[Connector]) -> None:
    before = list(target._ends)

    def put(ends: list[Connector]) -> None:
        for end in target._ends:
            end._ends.remove(target)
        target._ends = list(ends)
        for end in ends:
            end._ends.append(target)

    put(sources)
    target.owner.world.undo.record(lambda: put(before), lambda: put(sources))
