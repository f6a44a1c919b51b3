"""Enters rig mode, as the script of this name that Cascadeur ships does it."""

from __future__ import annotations

from typing import Any

from csc.world import Thing, new_id


def run_raw(scene: Any, _colour: list[float]) -> None:
    simulated = scene.simulated
    simulated.rig_mode = True
    if not any(thing.type == "RigInfo" for thing in simulated.document.things.values()):
        simulated.change(lambda: (simulated.add(Thing(new_id(), "Rig info", "RigInfo")), None)[1])
