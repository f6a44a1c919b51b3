"""Does what waits: for a Cascadeur without a timer, from the menu or by `--run-script commands.patchbay.pump`."""

from __future__ import annotations

from typing import Any


def command_name() -> str:
    return "Patchbay.Pump"


def run(scene: Any) -> None:
    from patchbay_cascadeur import running

    running.nudge()
