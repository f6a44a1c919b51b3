"""A show's clock: runs, stops, says each frame which it is, and calls cues when their time comes."""

import time
from typing import Annotated

from patchbay_script import Field, channel, command, event, every, run, state

RATE = 25
Seconds = Annotated[float, Field("since the beginning of the show; -1 is where it stands", minimum=-1, maximum=86_400)]

frame = channel("frame", "The frame that is on, 25 a second.", int, rate_hz=RATE)
cue_called = event("cue_called", "A cue's time has come.", name=str, at=float)
cues: dict[str, float] = {}
origin = 0.0
position = 0.0
state.update(running=False, seconds=0.0, cues={})


def now() -> float:
    return time.monotonic() - origin if state["running"] else position


@every(1 / RATE)
def tick() -> None:
    global position
    before, position = position, now()
    if not state["running"]:
        return
    frame(int(position * RATE))
    for name, at in sorted(cues.items(), key=lambda cue: cue[1]):
        if before < at <= position:
            cue_called(name=name, at=at)


@command(undo={"command": "stop_clock"}, phrases=["(start|run) [the] (clock|show)"])
def start_clock(at: Seconds = -1) -> float:
    """Runs from here, or from a time of the show."""
    global origin, position
    position = position if at < 0 else at
    origin = time.monotonic() - position
    state.update(running=True, seconds=position)
    return position


@command(idempotent=True, undo={"command": "start_clock"}, phrases=["(stop|halt) [the] (clock|show)"])
def stop_clock() -> float:
    """Stops, and says where."""
    global position
    position = now()
    state.update(running=False, seconds=position)
    return position


@command(effect="read", phrases=["(list|show) [the] cues"])
def list_cues() -> dict[str, float]:
    """Lists the cues with their times."""
    return dict(cues)


@command(idempotent=True, phrases=["(add|set) [a] cue {name} at {at} [seconds]"])
def set_cue(name: Annotated[str, Field(minLength=1, maxLength=80, slot="name")], at: Seconds) -> dict[str, float]:
    """Sets when a cue is called."""
    cues[name] = at
    state["cues"] = dict(cues)
    return dict(cues)


run(title="Show clock", simulates=True)
