"""Commands > Patchbay > Start: the artist starts the server."""

from __future__ import annotations

from typing import Any


def command_name() -> str:
    return "Patchbay.Start"


def run(scene: Any) -> None:
    from patchbay_cascadeur import running

    running.start()
    print(running.status())
