"""Commands > Patchbay > Stop: nothing from outside reaches this Cascadeur until it is started again."""

from __future__ import annotations

from typing import Any


def command_name() -> str:
    return "Patchbay.Stop"


def run(scene: Any) -> None:
    from patchbay_cascadeur import running

    running.stop()
    print(running.status())
