"""A scene came to the front: Patchbay's server is started where it does not run, and does what waits."""

from __future__ import annotations

import traceback
from typing import Any


def run(*_: Any) -> None:
    try:
        from patchbay_cascadeur import running

        running.start()
        running.nudge()
    except Exception:
        # whatever is wrong with the server, the artist's work goes on
        traceback.print_exc()
