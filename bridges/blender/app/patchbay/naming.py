# SPDX-License-Identifier: GPL-3.0-or-later
"""New names for things that exist. Blender gives a taken name to whoever asks last, and renames the one that had it."""

from __future__ import annotations

from collections.abc import Container
from typing import Any


def rename(thing: Any, wanted: str, others: Any) -> None:
    """`others`: where Blender keeps its kind, such as `bpy.data.objects`. A taken name gets a number instead."""
    if thing.name != wanted:
        thing.name = free_name(wanted, {other.name for other in others if other != thing})


def free_name(wanted: str, taken: Container[str]) -> str:
    """The name itself, else with `.001`, `.002` and so on, within Blender's 63 bytes."""
    if wanted not in taken:
        return wanted
    number = 1
    while True:
        ending = f".{number:03d}"
        found = wanted.encode()[: 63 - len(ending)].decode(errors="ignore") + ending
        if found not in taken:
            return found
        number += 1
