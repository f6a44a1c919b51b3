"""The timeline and the absolute time."""

from __future__ import annotations

import time


class Time:
    """`root.time`"""

    def __init__(self) -> None:
        self.play = True
        self.rate = 60.0
        self.start = 1
        self.end = 600
        self.rangeStart = 1
        self.rangeEnd = 600
        self.loop = True
        self.tempo = 120.0
        self.independent = False
        self._frame = 1.0

    @property
    def frame(self) -> float:
        return self._frame

    @frame.setter
    def frame(self, frame: float) -> None:
        self._frame = min(max(float(frame), float(self.start)), float(self.end))

    @property
    def seconds(self) -> float:
        return (self._frame - 1) / self.rate

    @seconds.setter
    def seconds(self, seconds: float) -> None:
        self.frame = seconds * self.rate + 1

    def advance(self, seconds: float) -> None:
        if not self.play:
            return
        self._frame += seconds * self.rate
        if self._frame > self.rangeEnd:
            if self.loop:
                length = max(1.0, self.rangeEnd - self.rangeStart + 1.0)
                self._frame = self.rangeStart + (self._frame - self.rangeStart) % length
            else:
                self._frame, self.play = float(self.rangeEnd), False


class AbsTime:
    """`absTime`: runs whatever the timeline does."""

    def __init__(self) -> None:
        self.frame = 0.0
        self.rate = 60.0
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        return self.frame / self.rate

    def advance(self, seconds: float) -> None:
        self.frame += seconds * self.rate
