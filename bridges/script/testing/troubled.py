"""A script for the tests: every kind of command, and every kind of trouble."""

import enum
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from patchbay_script import Field, Problem, channel, check_cancelled, command, event, every, log, progress, run, state


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    x: float
    y: float = 0.0


state.update(count=0, note="")
counted = event("counted", "It was counted.", count=int)
level = channel("level", "How loud.", float, rate_hz=50)
print("this is no message", flush=True)
sys.stdout.write("Content-Length: 3\r\n\r\nabc")
subprocess.run(["echo", "nor is this"], check=True)


@command(idempotent=False, phrases=["count by {by}"])
def count(by: Annotated[int, Field("how much", minimum=1, maximum=100)] = 1) -> dict[str, int]:
    """Counts."""
    state["count"] += by
    counted(count=state["count"])
    level(float(state["count"]))
    print("counted", state["count"])
    return {"count": state["count"]}


@command(effect="read")
def types(number: float, colour: Colour, at: Point, which: Literal["a", "b"] = "a") -> Any:
    """Says what it was given."""
    return [type(number).__name__, colour, at, which, type(at).__name__]


@command(effect="read")
def say(text: str) -> str:
    """Gives it back."""
    return text


@command
def fail(how: str) -> None:
    """Fails."""
    if how == "problem":
        raise Problem("Geht nicht: ä", "CONFLICT", how=how)
    raise ValueError("plain ä")


@command(effect="read")
def not_json() -> Any:
    """Answers what JSON cannot say."""
    return float("nan")


@command(effect="read")
def huge(megabytes: int) -> str:
    """Answers much."""
    return "ä" * (megabytes * 512 * 1024)


@command(timeout_ms=60_000)
def slow(steps: int) -> int:
    """Takes its time, and can be cancelled."""
    for step in range(steps):
        progress(step / steps, f"Schritt {step}")
        check_cancelled()
        time.sleep(0.01)
    return steps


@command(effect="destructive")
def harm(how: str) -> None:
    """Does what no script should."""
    if how == "exit":
        os._exit(3)
    if how == "hang":
        while True:
            time.sleep(0.01)
    if how == "memory":
        held = []
        while True:
            held.append(bytearray(os.urandom(1024) * 16 * 1024))
    if how == "fork":
        children = [subprocess.Popen(["sleep", "60"]) for _ in range(60)]
        [child.wait() for child in children]
    if how == "garbage":
        os.write(1, b"\xff\xfe garbage \x00" * 1000)


@every(0.02)
def tick() -> None:
    state["ticks"] = state.get("ticks", 0) + 1
    if state["ticks"] == 1:
        log("first tick")


run(title="Troubled", version="2.1.0")
