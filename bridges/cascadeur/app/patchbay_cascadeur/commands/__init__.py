"""Every command by its name in the manifest: `run(app, arguments)` answers what JSON can say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..arguments import Arguments
from ..csc_access import Cascadeur
from ..errors import CallError


@dataclass(frozen=True)
class Context:
    """What a command works with."""

    app: Cascadeur
    # the bridge's folder: files for it are written there
    work_dir: Path


Command = Callable[[Context, Arguments], Any]


def all_commands() -> dict[str, Command]:
    from . import actions, exchange, keyframes, objects, rig, scenes, timeline, tracks

    return {
        name: command
        for module in (scenes, objects, keyframes, tracks, timeline, rig, exchange, actions)
        for name, command in module.COMMANDS.items()
    }


def run_command(commands: dict[str, Command], app: Cascadeur, params: dict[str, Any]) -> Any:
    """The method `execute`: `{ command, args, workDir }`."""
    call = Arguments(params)
    name = call.text("command")
    command = commands.get(name)
    if command is None:
        message = f"Cascadeur has no command '{name[:80]}'"
        raise CallError("UNKNOWN_COMMAND", message, context={"available": sorted(commands)})
    args = params.get("args", {})
    if not isinstance(args, dict):
        raise CallError("INVALID_ARGUMENTS", "args: expected an object")
    work_dir = Path(params["workDir"]) if isinstance(params.get("workDir"), str) else Path.cwd()
    return command(Context(app, work_dir), Arguments(args))
