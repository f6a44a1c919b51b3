# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one command on the main thread: arguments are read, the handler runs, what goes wrong becomes an answer."""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from . import compat
from .arguments import AssetFile, Field, parse
from .connection import Request
from .context import window
from .errors import CommandError, failed, invalid
from .history import history


@dataclass(frozen=True)
class Command:
    """What a command takes and does. `reads`: it changes nothing, and may run while the artist drags something."""

    run: Callable[[Call], Any]
    arguments: Mapping[str, Field]
    reads: bool = False


class Call:
    """One command that runs, as its handler sees it."""

    def __init__(self, name: str, request: Request, arguments: SimpleNamespace) -> None:
        self.args = arguments
        self._name = name
        self._request = request
        self._id = str(request.params.get("id", request.id))

    @property
    def live(self) -> bool:
        """Whether it is one of many values of a link, which are one undo step together."""
        return self._request.params.get("live") is True

    @property
    def allow_code(self) -> bool:
        return self._request.connection.welcome.allow_code

    @property
    def work_dir(self) -> Path:
        """The bridge's own folder, through which files come and go."""
        folder = self._request.connection.welcome.work_dir
        if not folder or not Path(folder).is_dir():
            raise failed(f"Cannot {self._name}: the bridge has no folder for files")
        return Path(folder).resolve()

    def change(self, label: str, *, may_break: bool = False) -> AbstractContextManager[None]:
        """What is done inside is one undo step, or nothing; `may_break` where it can fail half-way, all checks aside.

        Raises CANCELLED before it has begun.
        """
        self.stop_if_cancelled()
        return history.change(label, command_id=self._id, may_break=may_break, live=self.live)

    def stop_if_cancelled(self) -> None:
        if self._request.cancelled:
            raise CommandError("CANCELLED", f"{self._name} was cancelled")

    def progress(self, fraction: float, message: str, data: Mapping[str, Any] | None = None) -> None:
        value: dict[str, Any] = {"fraction": min(max(fraction, 0.0), 1.0), "message": message}
        if data is not None:
            value["data"] = dict(data)
        self._request.connection.notify("$/progress", {"token": self._id, "value": value})

    def received(self, file: AssetFile, *path: str) -> Path:
        """The path of a file that came from the bridge. Raises INVALID_ARGUMENTS for one that is not in its folder."""
        found = file.path.resolve()
        if self.work_dir not in found.parents or not found.is_file():
            raise invalid("the file is not in the bridge's folder", *path)
        return found

    @property
    def outgoing(self) -> Path:
        """Where files for the bridge lie until it takes them; whatever it finds there when it starts, it deletes."""
        folder = self.work_dir / "outgoing"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def new_path(self, ending: str) -> Path:
        """Where a file for the bridge may be written; no name from outside ever becomes a path."""
        return self.outgoing / f"{uuid.uuid4()}{ending}"


def answered(path: Path, name: str, media_type: str) -> dict[str, Any]:
    """A file as the bridge takes it: it stores and then deletes it."""
    return {"$file": {"path": str(path), "name": name, "mediaType": media_type}}


def execute(commands: Mapping[str, Command], request: Request) -> Any:
    """Raises `CommandError`, and nothing else."""
    name = str(request.params.get("command", ""))
    command = commands.get(name)
    if command is None:
        raise CommandError(
            "UNKNOWN_COMMAND",
            f"This add-on has no command '{name[:80]}'",
            context={"available": sorted(commands)},
        )
    arguments = parse(command.arguments, request.params.get("args", {}))
    if not command.reads:
        check_idle()
    try:
        return command.run(Call(name, request, arguments))
    except CommandError:
        raise
    except RuntimeError as error:
        # what Blender's operators raise: the reports of the operator, one a line
        raise failed(f"Blender could not {name}: {_reason(error)}") from error
    except Exception as error:
        traceback.print_exc()
        raise failed(f"Blender could not {name}: {type(error).__name__}: {_reason(error)}") from error


def check_idle() -> None:
    """Raises APP_BUSY while the artist drags something."""
    busy = compat.modal_operator(window())
    if busy is not None:
        raise CommandError("APP_BUSY", f"The artist is in the middle of '{busy}'; try again when that is done")


def _reason(error: Exception) -> str:
    lines = [line.removeprefix("Error: ").strip() for line in str(error).splitlines()]
    return "; ".join(line for line in lines if line) or type(error).__name__
