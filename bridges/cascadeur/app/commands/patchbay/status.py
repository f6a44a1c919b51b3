"""Commands > Patchbay > Status: whether the server runs."""

from __future__ import annotations

from typing import Any


def command_name() -> str:
    return "Patchbay.Status"


def run(scene: Any) -> None:
    from patchbay_cascadeur import running

    print(running.status())
