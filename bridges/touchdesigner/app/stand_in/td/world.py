"""One TouchDesigner that is none: its project, its clock, its callbacks, all on one thread."""

from __future__ import annotations

import contextlib
import math
import os
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from .clock import AbsTime, Time
from .families import COMP, make_types
from .operators import OP
from .pars import Par, ParMode, tdError
from .undo import Undo
from .websockets import Sockets

VERSION, BUILD = "2023", "12000"
_RUNS_A_FRAME = 1_000


class Project:
    """`project`"""

    def __init__(self, world: World) -> None:
        self._world = world
        self.name = "NewProject.1.toe"
        self.folder = tempfile.gettempdir()
        self.cookRate = 60.0
        self.realTime = True
        self.saves = 0

    def save(self, path: str | None = None, saveExternalToxs: bool = False) -> bool:
        """Writes the project, under the next number."""
        self.saves += 1
        base = Path(path or self.name).name.split(".")[0]
        self.name = f"{base}.{self.saves}.toe"
        Path(self.folder).mkdir(parents=True, exist_ok=True)
        (Path(self.folder) / self.name).write_bytes(b"stand-in")
        self._world.executes("onProjectPostSave", "projectpostsave")
        return True

    def quit(self, force: bool = False) -> None:
        """Ends TouchDesigner."""
        self._world.ended = True


class Finder:
    """`op('/path')`, `op.Shortcut`"""

    def __init__(self, find: Callable[[str], Any]) -> None:
        self._find = find

    def __call__(self, *paths: str) -> Any:
        return next((found for path in paths if (found := self._find(path)) is not None), None)


class Ui:
    """`ui`"""

    def __init__(self, undo: Undo) -> None:
        self.undo = undo
        self.status = ""

    def messageBox(self, title: str, message: str, buttons: Any = ("OK",)) -> int:
        """A dialog: nothing happens until somebody answers. The stand-in's person takes a while."""
        time.sleep(float(os.environ.get("PATCHBAY_DIALOG_S", "2")))
        return 0


class World:
    """Everything; the module `td` shows one of these."""

    def __init__(self) -> None:
        self._ids = 0
        self._scripts: dict[str, list[Any]] = {}
        self.ended = False
        self.undo = Undo()
        self.time = Time()
        self.abs_time = AbsTime()
        self.sockets = Sockets(self)
        self.project = Project(self)
        self.ui = Ui(self.undo)
        self.types: dict[str, Any] = make_types(self)
        self._runs: list[tuple[float, Callable[[], None]]] = []
        self.root = self.types["baseCOMP"]("root", None)
        project = self.root.create(self.types["baseCOMP"], "project1")
        project.nodeX = 0
        self.root.create(self.types["baseCOMP"], "local")

    def next_id(self) -> int:
        self._ids += 1
        return self._ids

    def find(self, path: Any, base: Any) -> Any:
        """By path, or by id. None where there is nothing."""
        if isinstance(path, OP):
            return path
        if isinstance(path, int):
            return next((node for node in self.everything() if node.id == path), None)
        node = self.root if str(path).startswith("/") else base
        for part in str(path).split("/"):
            if node is None:
                return None
            if part in ("", "."):
                continue
            if part == "..":
                node = node.parent()
            else:
                node = node.child(part) if node.isCOMP else None
        return node

    def everything(self, below: Any = None) -> Iterator[Any]:
        for child in (below or self.root).children:
            yield child
            yield from self.everything(child)

    def run(
        self, script: Any, *arguments: Any, delayFrames: float = 0, delayMilliSeconds: float = 0, **_more: Any
    ) -> None:
        """After so many frames; a text sees its arguments as `args`."""
        due = self.abs_time.frame + max(delayFrames, delayMilliSeconds * self.abs_time.rate / 1000)

        def action() -> None:
            if callable(script):
                script(*arguments)
            else:
                exec(compile(str(script), "<run>", "exec"), {**self.names(self.root, self.root), "args": arguments})

        self._runs.append((due, action))

    def names(self, me: Any, base: Any) -> dict[str, Any]:
        """What TouchDesigner puts into every script and expression."""
        return {
            **self.types,
            "me": me,
            "parent": lambda level=1: me.parent(level),
            "op": Finder(lambda path: self.find(path, base)),
            "root": self.root,
            "project": self.project,
            "ui": self.ui,
            "absTime": self.abs_time,
            "run": self.run,
            "ParMode": ParMode,
            "math": math,
            "tdu": tdu,
            "debug": print,
            "person": self.person,
        }

    @contextlib.contextmanager
    def person(self, action: str) -> Iterator[None]:
        """What somebody does by hand, which TouchDesigner always keeps in its history."""
        self.undo.startBlock(action)
        try:
            yield
        finally:
            self.undo.endBlock()

    def parameter_changed(self, node: Any, par: Par, before: Any) -> None:
        if node.OPType == "websocketDAT" and par.name == "active":
            self.sockets.switched(node)
        self._parameter_scripts(node, par, "onValueChange", "valuechange", par, before)

    def parameter_pulsed(self, node: Any, par: Par) -> None:
        if node.OPType == "timerCHOP":
            node.store("started", self.abs_time.seconds)
        self._parameter_scripts(node, par, "onPulse", "onpulse", par)

    def _parameter_scripts(self, node: Any, par: Par, name: str, switch: str, *arguments: Any) -> None:
        for script in self.of_type("parameterexecuteDAT"):
            if (
                script.par.op.eval() == node.path
                and par.name in script.par.pars.eval().split()
                and script.par[switch].eval()
            ):
                # TouchDesigner calls them in the frame after
                self.run(lambda script=script: self.callback(script, name, *arguments), delayFrames=1)

    def listen(self, node: Any) -> None:
        """Some operators are called when something happens."""
        if node.OPType.endswith("executeDAT"):
            self._scripts.setdefault(node.OPType, []).append(node)

    def of_type(self, name: str) -> list[Any]:
        return [node for node in self._scripts.get(name, ()) if node.is_there]

    def executes(self, name: str, switch: str, *arguments: Any) -> None:
        for script in self.of_type("executeDAT"):
            if script.par.active.eval() and script.par[switch].eval():
                self.callback(script, name, *arguments)

    def callback(self, script: Any, name: str, *arguments: Any) -> None:
        """A failure is shown in the textport, and ends that callback alone."""
        try:
            function = getattr(script.module, name, None)
            if function is not None:
                function(*arguments)
        except Exception:
            traceback.print_exc()
        finally:
            self.undo.end_callback()

    def frame(self, seconds: float) -> None:
        """One frame, after so much time."""
        self.abs_time.advance(seconds)
        self.time.advance(seconds)
        due = [entry for entry in self._runs if entry[0] <= self.abs_time.frame][:_RUNS_A_FRAME]
        self._runs = [entry for entry in self._runs if entry not in due]
        for _, action in due:
            try:
                action()
            except Exception:
                traceback.print_exc()
            finally:
                self.undo.end_callback()
        self.sockets.poll()
        self.executes("onFrameStart", "framestart", self.time.frame)

    def families(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for kind in self.types.values():
            found.setdefault(kind.family, []).append(kind)
        return found


def _remap(value: float, low: float, high: float, to_low: float, to_high: float) -> float:
    return to_low + (value - low) / ((high - low) or 1) * (to_high - to_low)


tdu = SimpleNamespace(
    remap=_remap,
    clamp=lambda value, low, high: min(max(value, low), high),
    rand=lambda seed: math.modf(abs(math.sin(float(seed) * 12.9898) * 43758.5453))[0],
)

__all__ = ["BUILD", "COMP", "VERSION", "Finder", "World", "tdError"]
