"""Parenting, as the script of this name that Cascadeur ships does it."""

from __future__ import annotations

from typing import Any


def set_parent_mod(scene: Any, children: list[Any], parent: Any) -> None:
    def change(model: Any, _update: Any, _updater: Any) -> None:
        for child in children:
            model.set_parent(child, parent)

    scene.modify_update("Set parent", change)
