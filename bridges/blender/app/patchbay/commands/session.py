# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking back, and doing again."""

from __future__ import annotations

from typing import Any

from ..arguments import integer, may
from ..errors import failed
from ..execution import Call, Command
from ..history import history


def undo(call: Call) -> dict[str, Any]:
    call.stop_if_cancelled()
    return _taken(history.undo(call.args.steps), "undo")


def redo(call: Call) -> dict[str, Any]:
    call.stop_if_cancelled()
    return _taken(history.redo(call.args.steps), "redo")


def _taken(steps: int, verb: str) -> dict[str, Any]:
    if steps == 0:
        raise failed(f"There is nothing to {verb}")
    return {"steps": steps}


_STEPS = {"steps": may(integer(1, 100), 1)}

COMMANDS = {"undo": Command(undo, _STEPS), "redo": Command(redo, _STEPS)}
