# SPDX-License-Identifier: GPL-3.0-or-later
"""Text as a narrow panel can show it; Blender's labels neither wrap nor tell their width."""

from __future__ import annotations

import textwrap


def lines(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=True, max_lines=6, placeholder=" …")


def ago(seconds: float) -> str:
    if seconds < 5:
        return "now"
    if seconds < 60:
        return f"{int(seconds)} s"
    if seconds < 3600:
        return f"{int(seconds / 60)} min"
    return f"{int(seconds / 3600)} h"
