# SPDX-License-Identifier: GPL-3.0-or-later
"""Parents and children."""

from __future__ import annotations

from typing import Any


def set_parent(child: Any, parent: Any, *, keep_transform: bool) -> None:
    """With None it is set free; the view layer has to be up to date."""
    world = child.matrix_world.copy()
    was_free = child.parent is None
    child.parent = parent
    if parent is None:
        if keep_transform:
            child.matrix_world = world
        return
    child.matrix_parent_inverse.identity()
    if not keep_transform:
        return
    child.matrix_parent_inverse = parent.matrix_world.inverted_safe()
    if not was_free:
        child.matrix_world = world
