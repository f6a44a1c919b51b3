"""The undo history. What a script changes is kept only inside a block; a block ends with the callback that began it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

Action = Callable[[], None]
_MOST_STEPS = 300


@dataclass
class Step:
    name: str
    actions: list[tuple[Action, Action]] = field(default_factory=list)


class Undo:
    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._blocks: list[tuple[Step, bool]] = []
        self._moving = False
        self.globalState = True

    @property
    def state(self) -> bool:
        return bool(self._blocks) and all(enabled for _, enabled in self._blocks)

    @property
    def undoStack(self) -> list[str]:
        return [step.name for step in reversed(self._done)]

    @property
    def redoStack(self) -> list[str]:
        return [step.name for step in reversed(self._undone)]

    def startBlock(self, name: str, enable: bool = True) -> None:
        self._blocks.append((Step(name), enable))

    def endBlock(self) -> None:
        if not self._blocks:
            return
        step, enabled = self._blocks.pop()
        if not enabled or not step.actions:
            return
        if self._blocks:
            self._blocks[-1][0].actions += step.actions
            return
        self._done.append(step)
        del self._done[:-_MOST_STEPS]
        self._undone.clear()

    def end_callback(self) -> None:
        """TouchDesigner ends what a callback has left open."""
        while self._blocks:
            self.endBlock()

    def addCallback(self, callback: Callable[[bool, object], None], info: object = None) -> None:
        """Calls `callback(isUndo, info)` when the block is taken back or done again."""
        self.record(lambda: callback(True, info), lambda: callback(False, info))

    def record(self, undo: Action, redo: Action) -> None:
        if self.state and not self._moving:
            self._blocks[-1][0].actions.append((undo, redo))

    def undo(self) -> None:
        if self._done and not self._blocks:
            step = self._done.pop()
            self._move([action for action, _ in reversed(step.actions)])
            self._undone.append(step)

    def redo(self) -> None:
        if self._undone and not self._blocks:
            step = self._undone.pop()
            self._move([action for _, action in step.actions])
            self._done.append(step)

    def clear(self) -> None:
        self._done.clear()
        self._undone.clear()
        self._blocks.clear()

    def _move(self, actions: list[Action]) -> None:
        self._moving = True
        try:
            for action in actions:
                action()
        finally:
            self._moving = False
