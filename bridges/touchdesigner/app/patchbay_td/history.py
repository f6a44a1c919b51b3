"""Back and forth in TouchDesigner's own undo history."""

from __future__ import annotations

from typing import Any

from .execution import Call, Command
from .undoing import step_back, step_forward


def _undo(call: Call) -> Any:
    call.stop_if_cancelled()
    return {"steps": step_back(call.args.whole("steps", 1))}


def _redo(call: Call) -> Any:
    call.stop_if_cancelled()
    return {"steps": step_forward(call.args.whole("steps", 1))}


COMMANDS = {"undo": Command(_undo, anything=True), "redo": Command(_redo, anything=True)}
