"""Runs one command: arguments are read, the handler runs, what goes wrong becomes an answer."""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .arguments import Arguments, AssetFile
from .errors import CommandError, failed, invalid
from .link import Request
from .lookup import Network
from .undoing import Steps, undo_block
from .watches import Watches


@dataclass
class Context:
    """What commands work on."""

    network: Network
    watches: Watches
    # what commands have left in the undo history
    steps: Steps = field(default_factory=Steps)
    # operators whose coming and going is nobody's edit
    ours: set[str] = field(default_factory=set)
    # how many operators of each family the home network had at the last look
    families: dict[str, int] = field(default_factory=dict)


# A command that takes long yields between two pieces; each piece is one frame's.
Handler = Callable[["Call"], Any]


@dataclass(frozen=True)
class Command:
    """What a command does. `reads`: it changes nothing. `anything`: what it changed is found out by looking."""

    run: Handler
    reads: bool = False
    anything: bool = False


class Call:
    """One command that runs, as its handler sees it."""

    def __init__(self, name: str, request: Request, context: Context) -> None:
        self.name = name
        self.args = Arguments(request.params.get("args", {}))
        self.context = context
        self.network = context.network
        self._request = request
        self._id = str(request.params.get("id", request.id))

    @property
    def live(self) -> bool:
        """Whether it is one of many values of a link, which need no undo steps."""
        return self._request.params.get("live") is True

    @property
    def allow_code(self) -> bool:
        return self._request.welcome.allow_code

    @property
    def work_dir(self) -> Path:
        """The bridge's own folder, through which files come and go."""
        folder = self._request.welcome.work_dir
        if not folder or not Path(folder).is_dir():
            raise failed(f"Cannot {self.name}: the bridge has no folder for files")
        return Path(folder).resolve()

    def node(self, argument: str = "node") -> Any:
        return self.network.find(self.args.text(argument))

    def node_to_change(self, argument: str = "node") -> Any:
        return self.network.find_to_change(self.args.text(argument))

    def change(self, label: str) -> AbstractContextManager[None]:
        """What is done inside is one undo step, or nothing. Raises CANCELLED before it has begun."""
        self.stop_if_cancelled()
        return undo_block(f"Patchbay: {label}", live=self.live, steps=self.context.steps, command_id=self._id)

    def note(self, *nodes: Any) -> None:
        """Operators that this command made, moved or is about to remove: no person did."""
        self.context.ours.update(node if isinstance(node, str) else node.path for node in nodes)

    def stop_if_cancelled(self) -> None:
        if self._request.cancelled:
            raise CommandError("CANCELLED", f"{self.name} was cancelled")

    def progress(self, fraction: float, message: str) -> None:
        value = {"fraction": min(max(fraction, 0.0), 1.0), "message": message}
        self._request.link.notify("$/progress", {"token": self._id, "value": value})

    def received(self, file: AssetFile, *path: str) -> Path:
        """The path of a file that came from the bridge. Raises INVALID_ARGUMENTS for one that is not in its folder."""
        found = file.path.resolve()
        if self.work_dir not in found.parents or not found.is_file():
            raise invalid("the file is not in the bridge's folder", *path)
        return found

    def new_path(self, ending: str) -> Path:
        """Where a file for the bridge may be written; no name from outside ever becomes a path."""
        folder = self.work_dir / "outgoing"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / f"{uuid.uuid4()}{ending}"


def answered(path: Path, name: str, media_type: str) -> dict[str, Any]:
    """A file as the bridge takes it: it stores and then deletes it."""
    return {"$file": {"path": str(path), "name": name, "mediaType": media_type}}


def begin(commands: Mapping[str, Command], request: Request, context: Context) -> Any:
    """The value, or a generator that gives it in the end. Raises `CommandError`, and nothing else."""
    name = str(request.params.get("command", ""))
    command = commands.get(name)
    if command is None:
        raise CommandError(
            "UNKNOWN_COMMAND",
            f"This component has no command '{name[:80]}'",
            context={"available": sorted(commands)},
        )
    return guarded(name, lambda: command.run(Call(name, request, context)))


def guarded(name: str, work: Callable[[], Any]) -> Any:
    """Turns whatever TouchDesigner raises into a `CommandError`."""
    try:
        return work()
    except (CommandError, StopIteration):
        raise
    except Exception as error:
        traceback.print_exc()
        raise failed(f"TouchDesigner could not {name}: {_reason(error)}") from error


def is_sliced(value: Any) -> bool:
    return isinstance(value, Generator)


def _reason(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = "; ".join(lines)[:500] or type(error).__name__
    return text if type(error).__name__ in ("tdError", "RuntimeError") else f"{type(error).__name__}: {text}"
