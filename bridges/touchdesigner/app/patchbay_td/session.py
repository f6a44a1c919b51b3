"""One TouchDesigner that is, or wants to be, linked to a bridge: what it is asked, and what it tells unasked."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

import td

from . import compat, timeline
from .commands import COMMANDS
from .errors import CommandError
from .execution import Command, Context, begin, guarded, is_sliced
from .link import Link, Phase, Request
from .lookup import Network
from .rendezvous import Rendezvous
from .state import snapshot
from .version import APP, COMPONENT_VERSION, LINK_PROTOCOL
from .watcher import Watcher
from .watches import Watches

_HEARTBEAT_S = 2.0
_TIMELINE_S = 1 / 30
# How long the pieces of a long command may hold up one frame.
_SLICE_S = 0.008
# Frame callbacks stop with the timeline of some projects: then this keeps the link alive.
_FALLBACK_FRAMES = 15


class Session:
    """Every method is called on the main thread."""

    def __init__(
        self,
        component: Any,
        dat: Any,
        find: Callable[[], list[Rendezvous]],
        on_status: Callable[[str], None],
    ) -> None:
        self._context = Context(Network(component), Watches(component))
        self._waiting: deque[Request] = deque()
        self._running: tuple[Request, Generator[Any, None, Any]] | None = None
        self._closed = False
        self._heartbeat_at = 0.0
        self._timeline_at = 0.0
        self._timeline: dict[str, Any] = {}
        self._ticked_at = 0.0
        self._was_linked = False
        self._watcher = Watcher(self._context, self._emit, self._state_changed)
        self.link = Link(dat, find, hello, self._asked, self._cancel, on_status)

    def start(self) -> None:
        self._watcher.begin()
        self.link.start()
        compat.later(self._fallback, _FALLBACK_FRAMES)

    def close(self) -> None:
        """Another one takes its place, or TouchDesigner ends."""
        self._closed = True
        self.link.stop()

    def frame(self) -> None:
        """One frame of TouchDesigner."""
        if self._closed:
            return
        now = time.monotonic()
        self._ticked_at = now
        self.link.tick(now)
        linked = self.link.phase is Phase.LINKED
        if not linked:
            self._abandon()
        elif not self._was_linked:
            self._context.watches.again()
            self._watcher.begin()
        self._was_linked = linked
        self._work()
        if linked:
            self._tell(now)

    def saved(self) -> None:
        """The project was saved."""
        self._emit("project_saved", {"name": str(td.project.name)})
        self._state_changed("human")

    def _fallback(self) -> None:
        if self._closed:
            return
        if time.monotonic() - self._ticked_at > 0.1:
            self.frame()
        compat.later(self._fallback, _FALLBACK_FRAMES)

    def _asked(self, request: Request) -> None:
        match request.method:
            case "ping":
                request.answer({})
            case "snapshot":
                self._answer(request, lambda: guarded("snapshot", lambda: snapshot(self._context)))
            case "execute":
                self._waiting.append(request)
                self._work()
            case "step_back":
                self._answer(request, lambda: guarded("step back", lambda: self._step_back(request)))
            case "shutdown":
                self.close()
                td.project.quit(force=True)
            case _:
                request.refuse(CommandError("UNKNOWN_COMMAND", f"This component has no method '{request.method[:80]}'"))

    def _cancel(self, request_id: Any) -> None:
        running = [self._running[0]] if self._running is not None else []
        for request in [*running, *self._waiting]:
            if request.id == request_id:
                request.cancelled = True

    def _abandon(self) -> None:
        """Nobody waits for what is still to do."""
        self._waiting.clear()
        if self._running is not None:
            self._running[1].close()
            self._running = None

    def _work(self) -> None:
        """Goes on with the command that runs, and begins the next ones, as long as the frame allows."""
        until = time.perf_counter() + _SLICE_S
        while True:
            if self._running is None:
                if not self._waiting:
                    return
                self._begin(self._waiting.popleft())
            else:
                self._go_on(*self._running)
            if time.perf_counter() >= until:
                return

    def _begin(self, request: Request) -> None:
        def run() -> Any:
            if request.cancelled:
                raise CommandError("CANCELLED", "It was cancelled before it began")
            return begin(COMMANDS, request, self._context)

        try:
            value = run()
        except CommandError as error:
            return self._ended(request, error=error)
        if is_sliced(value):
            self._running = (request, value)
            return None
        return self._ended(request, value)

    def _go_on(self, request: Request, work: Generator[Any, None, Any]) -> None:
        try:
            if request.cancelled:
                work.close()
                raise CommandError("CANCELLED", "It was cancelled while it ran")
            guarded(str(request.params.get("command", "")), lambda: next(work))
        except StopIteration as end:
            self._running = None
            self._ended(request, end.value)
        except CommandError as error:
            self._running = None
            self._ended(request, error=error)

    def _ended(self, request: Request, value: Any = None, error: CommandError | None = None) -> None:
        command: Command | None = COMMANDS.get(str(request.params.get("command", "")))
        if command is not None and not command.reads:
            if command.anything:
                self._watcher.settle()
            else:
                self._watcher.remember_history()
            if request.params.get("live") is not True:
                self._state_changed("command")
        if error is not None:
            request.refuse(error)
        else:
            request.answer(value)

    def _step_back(self, request: Request) -> dict[str, Any]:
        """Looking what lies on top and the step are one thing: here, on the main thread, nobody comes between."""
        if self._running is not None or self._waiting:
            return {"moved": False, "reason": "another command runs"}
        forward = request.params.get("direction") == "redo"
        why_not = self._context.steps.step_back(str(request.params.get("id", "")), forward=forward)
        if why_not is not None:
            return {"moved": False, "reason": why_not}
        self._watcher.settle()
        self._state_changed("command")
        return {"moved": True}

    def _answer(self, request: Request, work: Callable[[], Any]) -> None:
        try:
            request.answer(work())
        except CommandError as error:
            request.refuse(error)

    def _tell(self, now: float) -> None:
        if now - self._heartbeat_at >= _HEARTBEAT_S:
            self._heartbeat_at = now
            self.link.notify("heartbeat", {"at": _milliseconds()})
        if now - self._timeline_at >= _TIMELINE_S:
            self._timeline_at = now
            position = timeline.position()
            if position != self._timeline:
                self._timeline = position
                self._channel("timeline", position)
        values = self._context.watches.changed()
        if values is not None:
            self._channel("chop", values)
        self._watcher.tick(now)

    def _channel(self, channel: str, value: Any) -> None:
        self.link.notify("channel", {"channel": channel, "value": value, "at": _milliseconds()})

    def _emit(self, event: str, data: dict[str, Any]) -> None:
        self.link.notify("event", {"event": event, "data": data, "at": _milliseconds()})

    def _state_changed(self, cause: str) -> None:
        self.link.notify("state_changed", {"cause": cause})


def hello() -> dict[str, Any]:
    return {
        "app": APP,
        "appVersion": compat.app_version(),
        "addonVersion": COMPONENT_VERSION,
        "protocol": LINK_PROTOCOL,
        "pid": os.getpid(),
        "background": False,
        # undo blocks end with their callback: several commands are never one step
        "capabilities": {
            "families": sorted(compat.families()),
            "non_commercial": _is_limited(),
            # without an interface there is no history
            "step_back": compat.undo() is not None,
        },
    }


def _is_limited() -> bool:
    """Whether the licence holds images down to 1280 pixels."""
    licenses = getattr(td, "licenses", None)
    return bool(getattr(licenses, "isNonCommercial", False))


def _milliseconds() -> int:
    return int(time.time() * 1000)
