"""How people say a name: `hand_MainPoint_l` is the left hand."""

from __future__ import annotations

import re

_SIDES = {"l": "left", "r": "right", "lf": "left", "rt": "right"}
# What a rig adds to a name and nobody says.
_SILENT = {"main", "point", "mainpoint", "controller", "box", "joint", "the", "a"}


def spoken(name: str) -> frozenset[str]:
    """The words of it, whatever their order and however they are joined."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name.removesuffix(".casc"))
    words = [word for word in re.split(r"[^0-9\w]+|_", spaced.casefold()) if word]
    return frozenset(_SIDES.get(word, word) for word in words if word not in _SILENT)
