# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that a command can be taken back."""

from __future__ import annotations

from typing import Any

from blender import Blender


def undone(blender: Blender, before: Any) -> None:
    """Undo brings back what was, and redo what became of it."""
    after = blender.state()
    assert after != before
    assert blender.run("undo") == {"steps": 1}
    assert without_file(blender.state()) == without_file(before)
    assert blender.run("redo") == {"steps": 1}
    assert without_file(blender.state()) == without_file(after)
    blender.run("undo")


def without_file(state: Any) -> Any:
    """A step does not bring back where the document was saved."""
    return {**state, "file": None}
