"""The project's timeline, as commands, state and channel show it."""

from __future__ import annotations

from typing import Any

import td

from .values import tidy


def settings() -> dict[str, Any]:
    """What does not change while it plays."""
    time = td.root.time
    return {
        "playing": bool(time.play),
        "rate": tidy(float(time.rate)),
        "start": int(time.start),
        "end": int(time.end),
        "range": [int(time.rangeStart), int(time.rangeEnd)],
        "loop": bool(time.loop),
        "tempo": tidy(float(time.tempo)),
    }


def position() -> dict[str, Any]:
    """The channel `timeline`."""
    time = td.root.time
    seconds = float(time.seconds)
    return {
        "frame": tidy(float(time.frame)),
        "seconds": tidy(seconds),
        "beat": tidy(seconds * float(time.tempo) / 60),
        "playing": bool(time.play),
    }
