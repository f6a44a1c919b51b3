"""Leaves rig mode, as the script of this name that Cascadeur ships does it."""

from __future__ import annotations

from typing import Any


def run(scene: Any, _keep_changes: bool) -> None:
    scene.simulated.rig_mode = False
