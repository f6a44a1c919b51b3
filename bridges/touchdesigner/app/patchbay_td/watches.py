"""Which CHOPs are watched: their channels go out as the bridge's channel `chop`, under the name of the watch."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import Any

import td

from .errors import CommandError, missing
from .values import tidy, whole

MOST_WATCHES = 64
MOST_CHANNELS = 256
_STORED = "patchbay_watches"


@dataclass(frozen=True)
class Watch:
    name: str
    path: str
    # `*`, `chan*`, `tx ty`
    pattern: str

    def describe(self) -> dict[str, Any]:
        return {"name": self.name, "node": self.path, "channels": self.pattern}

    def read(self) -> dict[str, float] | None:
        """Each channel's value now; None where there is no such CHOP."""
        chop = td.op(self.path)
        if chop is None or chop.family != "CHOP":
            return None
        patterns = self.pattern.split() or ["*"]
        found: dict[str, float] = {}
        for channel in chop.chans():
            if any(fnmatch.fnmatchcase(channel.name, pattern) for pattern in patterns):
                found[whole(channel.name)] = tidy(float(channel.eval()))
            if len(found) >= MOST_CHANNELS:
                break
        return found


class Watches:
    """Kept in the component, so that they are there again when the project is opened, or the component reloaded."""

    def __init__(self, component: Any) -> None:
        self._component = component
        stored = component.fetch(_STORED, {}, search=False)
        self._all = {
            str(name): Watch(str(name), str(path), str(pattern)) for name, (path, pattern) in dict(stored).items()
        }
        self._last: dict[str, dict[str, float]] = {}

    def list(self) -> list[Watch]:
        return [self._all[name] for name in sorted(self._all)]

    def add(self, watch: Watch) -> Watch | None:
        """Answers what had that name before."""
        before = self._all.get(watch.name)
        if before is None and len(self._all) >= MOST_WATCHES:
            raise CommandError("CONFLICT", f"Cannot watch: {MOST_WATCHES} are watched already")
        self._all[watch.name] = watch
        self._store()
        return before

    def remove(self, name: str) -> Watch:
        found = self._all.pop(name, None)
        if found is None:
            raise missing(f"Nothing is watched as '{name[:80]}'", name, self._all)
        self._store()
        return found

    def changed(self) -> dict[str, dict[str, float]] | None:
        """All values, where any is another one than at the last look."""
        if not self._all:
            return None
        now = {watch.name: values for watch in self._all.values() if (values := watch.read()) is not None}
        if now == self._last:
            return None
        self._last = now
        return now

    def again(self) -> None:
        """The next look answers in any case: somebody new listens."""
        self._last = {}

    def _store(self) -> None:
        self._last = {}
        self._component.store(_STORED, {watch.name: (watch.path, watch.pattern) for watch in self._all.values()})
