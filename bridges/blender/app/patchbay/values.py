# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's values as JSON: finite, and without the noise of 32-bit floats."""

from __future__ import annotations

import math
from collections.abc import Iterable


def tidy(value: float) -> float:
    if not math.isfinite(value):
        return 0.0
    # six digits behind the point, and no more than a 32-bit float knows
    rounded = round(value, 6) if abs(value) < 1 else float(f"{value:.7g}")
    return rounded + 0.0


def triple(values: Iterable[float]) -> list[float]:
    return [tidy(value) for value in list(values)[:3]]


def degrees(angles: Iterable[float]) -> list[float]:
    # a 32-bit angle in radians is good for about four digits behind the point in degrees
    return [tidy(round(math.degrees(angle), 4)) for angle in angles]
