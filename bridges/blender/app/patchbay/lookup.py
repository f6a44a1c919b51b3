# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds things in the active scene by name; what is not there is answered with what is, the closest names first."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

import bpy

from .errors import CommandError, invalid

_SHOWN = 20


def find_object(name: str) -> Any:
    """Raises `CommandError` NOT_FOUND."""
    found = bpy.context.scene.objects.get(name)
    if found is None:
        raise not_found("object", name, (thing.name for thing in bpy.context.scene.objects))
    return found


def find_typed(name: str, kind: str, *path: str | int) -> Any:
    """An object of one of Blender's types: `LIGHT`, `CAMERA`, `MESH`. Raises NOT_FOUND or INVALID_ARGUMENTS."""
    found = find_object(name)
    if found.type != kind:
        others = [thing.name for thing in bpy.context.scene.objects if thing.type == kind]
        error = invalid(f"'{name}' is no {kind.lower()} but of type {found.type.lower()}", *(path or ("object",)))
        error.context["available"] = closest(name, others)
        raise error
    return found


def find_collection(name: str) -> Any:
    """Raises `CommandError` NOT_FOUND."""
    root = bpy.context.scene.collection
    if name == root.name:
        return root
    for collection in root.children_recursive:
        if collection.name == name:
            return collection
    raise not_found("collection", name, [root.name, *(each.name for each in root.children_recursive)])


def not_found(kind: str, name: str, available: Iterable[str]) -> CommandError:
    names = closest(name, available)
    hint = f"; there is {', '.join(repr(each) for each in names[:3])}" if names else f"; there is no {kind} at all"
    return CommandError(
        "NOT_FOUND",
        f"There is no {kind} '{name}'{hint}",
        context={"kind": kind, "name": name, "available": names},
    )


def closest(name: str, available: Iterable[str]) -> list[str]:
    """The names that are most like this one first, and not too many."""
    wanted = name.casefold()

    def likeness(each: str) -> float:
        return difflib.SequenceMatcher(None, wanted, each.casefold()).ratio()

    return sorted(available, key=lambda each: (-likeness(each), each))[:_SHOWN]
