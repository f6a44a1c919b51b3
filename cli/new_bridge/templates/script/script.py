"""The lamp, as its bridge starts it. With --simulate it pretends that there is a lamp.

`manifest.ts` says what it offers; here is what it does. `patchbay_script.py` beside it does the talking.
"""

from typing import Any

from patchbay_script import channel, command, event, run, state

switched = event("switched", on=bool)
level = channel("level")
# a real lamp is asked here; this one is what it says
state.update(on=False, brightness=1, color="#ffffff")


def change(key: str, now: Any) -> dict[str, Any]:
    """A real lamp is reached here, where this one changes its own state."""
    before = state[key]
    state[key] = now
    if key == "on" and now != before:
        switched(on=now)
    level(state["brightness"] if state["on"] else 0)
    return {"now": now, "before": before}


@command(effect="read")
def get_state() -> dict[str, Any]:
    return dict(state)


@command
def switch(on: bool) -> dict[str, Any]:
    return change("on", on)


@command
def set_brightness(brightness: float) -> dict[str, Any]:
    return change("brightness", brightness)


@command
def set_color(color: str) -> dict[str, Any]:
    return change("color", color)


run()
