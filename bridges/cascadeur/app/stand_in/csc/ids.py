"""Ids, which `csc` never gives as text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Guid:
    value: str

    @classmethod
    def null(cls) -> Guid:
        return cls("")

    def is_null(self) -> bool:
        return self.value == ""

    def to_string(self) -> str:
        return self.value

    def __str__(self) -> str:
        return self.value


class ObjectId(Guid):
    pass


class BehaviourId(Guid):
    """`<object>/<behaviour>`"""


class DataId(Guid):
    """`<object>/<data>`"""
