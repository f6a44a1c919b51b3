"""Notices what changes in the project without anybody asking: operators that come and go, errors, a person's edits.

TouchDesigner tells of none of these as a whole, so it is looked at: a little in each frame, whole twice a second where
that is quick, and less often where it is not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from . import compat
from .describe import errors_of
from .execution import Context
from .nodes import FAMILIES

# What is looked at in one frame may take so long.
_SLICE_S = 0.001
_BETWEEN_SCANS_S = 0.5
_LONGEST_BETWEEN_SCANS_S = 10.0
# The share of the time that looking may take.
_SHARE = 0.02
_MOST_EVENTS = 50

Emit = Callable[[str, dict[str, Any]], None]


class Watcher:
    def __init__(self, context: Context, emit: Emit, changed: Callable[[str], None]) -> None:
        self._context = context
        self._emit = emit
        self._changed = changed
        self._known: dict[int, tuple[str, str]] = {}
        self._errors: dict[int, tuple[str, ...]] = {}
        self._scan: Iterator[None] | None = None
        self._spent = 0.0
        self._next_at = 0.0
        self._begun = False
        self._undo: list[str] = []
        self._playing = compat.is_playing()

    def tick(self, now: float) -> None:
        """A little in each frame."""
        self._look_at_playing()
        if self._scan is None:
            if now < self._next_at:
                return
            self._look_at_history()
            self._scan, self._spent = self._look(None), 0.0
        began = time.perf_counter()
        while time.perf_counter() - began < _SLICE_S:
            try:
                next(self._scan)
            except StopIteration:
                self._scan = None
                break
        self._spent += time.perf_counter() - began
        if self._scan is None:
            wait = min(max(_BETWEEN_SCANS_S, self._spent / _SHARE), _LONGEST_BETWEEN_SCANS_S)
            self._next_at = now + wait

    def settle(self) -> None:
        """After a command whose changes nobody listed: what is different now was its doing."""
        self._scan = None
        for _ in self._look("command"):
            pass
        self.remember_history()

    def begin(self) -> None:
        """What is there now is how it was found."""
        self._scan = None
        self._begun = False
        for _ in self._look("command"):
            pass
        self.remember_history()

    def remember_history(self) -> None:
        """What is in the undo history now is no person's edit."""
        self._undo = compat.undo_names()

    def _look_at_history(self) -> None:
        names = compat.undo_names()
        if names == self._undo:
            return
        before, self._undo = self._undo, names
        # commands end by remembering the history: what is different now is a person's doing
        action = next((name for name in names if name not in before), "edit" if len(names) > len(before) else "undo")
        self._emit("human_edit", {"action": action[:200]})
        self._changed("human")

    def _look_at_playing(self) -> None:
        playing = compat.is_playing()
        if playing != self._playing:
            self._playing = playing
            self._emit("play_changed", {"playing": playing})
            self._changed("application")

    def _look(self, cause: str | None) -> Iterator[None]:
        """One look at everything; where it is interrupted, the next one begins anew."""
        found: dict[int, tuple[str, str]] = {}
        errors: dict[int, tuple[str, ...]] = {}
        for node in self._context.network.all():
            if node.valid:
                found[node.id] = (node.path, node.OPType)
                lines = tuple(errors_of(node))
                if lines:
                    errors[node.id] = lines
            yield
        self._tell_nodes(found, cause)
        self._tell_errors(found, errors)

    def _tell_nodes(self, found: dict[int, tuple[str, str]], cause: str | None) -> None:
        known, self._known = self._known, found
        self._context.families = self._counted(found)
        ours, self._context.ours = self._context.ours, set()
        if not self._begun:
            self._begun = True
            return
        created = [found[key] for key in found.keys() - known.keys()]
        deleted = [known[key] for key in known.keys() - found.keys()]
        renamed = [(known[key][0], found[key]) for key in found.keys() & known.keys() if known[key] != found[key]]
        if not created and not deleted and not renamed:
            return

        def by(path: str) -> str:
            return cause or ("command" if path in ours else "human")

        for path, kind in sorted(created)[:_MOST_EVENTS]:
            self._emit("node_created", {"path": path, "name": path.rsplit("/", 1)[-1], "type": kind, "by": by(path)})
        for path, kind in sorted(deleted)[:_MOST_EVENTS]:
            self._emit("node_deleted", {"path": path, "name": path.rsplit("/", 1)[-1], "type": kind, "by": by(path)})
        for before, (path, kind) in sorted(renamed)[:_MOST_EVENTS]:
            self._emit("node_renamed", {"path": path, "before": before, "type": kind, "by": by(path)})
        paths = [path for path, _ in created] + [path for path, _ in deleted] + [path for _, (path, _) in renamed]
        person = any(by(path) == "human" for path in paths)
        counts = {"created": len(created), "deleted": len(deleted), "renamed": len(renamed)}
        self._emit("network_changed", {**counts, "by": "human" if person else "command"})
        self._changed("human" if person else "command")

    def _counted(self, found: dict[int, tuple[str, str]]) -> dict[str, int]:
        below = self._context.network.home.path.rstrip("/") + "/"
        counts: dict[str, int] = {}
        for path, kind in found.values():
            if path.startswith(below):
                family = next((each for each in FAMILIES if kind.endswith(each)), "other")
                counts[family] = counts.get(family, 0) + 1
        return counts

    def _tell_errors(self, found: dict[int, tuple[str, str]], errors: dict[int, tuple[str, ...]]) -> None:
        before, self._errors = self._errors, errors
        if before == errors:
            return
        raised = [key for key, lines in errors.items() if before.get(key) != lines]
        cleared = [key for key in before if key not in errors and key in found]
        for key in raised[:_MOST_EVENTS]:
            self._emit("error_raised", {"path": found[key][0], "errors": list(errors[key])})
        for key in cleared[:_MOST_EVENTS]:
            self._emit("error_cleared", {"path": found[key][0]})
        self._changed("application")
