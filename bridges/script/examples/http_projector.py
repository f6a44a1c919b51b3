"""A device with an HTTP interface, such as a projector, asked now and then how it is. PROJECTOR_URL says where."""

import json
import os
import urllib.error
import urllib.request
from typing import Any, Literal

from patchbay_script import Problem, command, event, every, run, state

URL = os.environ.get("PROJECTOR_URL", "http://127.0.0.1:8080")
Source = Literal["hdmi1", "hdmi2", "sdi"]
overheated = event("overheated", "It is too hot.", celsius=float)


def ask(path: str, value: Any = None) -> Any:
    body = None if value is None else json.dumps(value).encode()
    request = urllib.request.Request(f"{URL}{path}", body, {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            return json.load(answer)
    except (urllib.error.URLError, ValueError) as error:
        raise Problem(f"The projector does not answer: {error}", "APP_NOT_CONNECTED") from error


@every(2.0)
def look() -> None:
    """What somebody changed at the device itself is seen here."""
    now = ask("/state")
    if now.get("celsius", 0) > 80 and state.get("celsius", 0) <= 80:
        overheated(celsius=float(now["celsius"]))
    state.update(now)


@command(effect="read", phrases=["how is [the] projector"])
def get_state() -> dict[str, Any]:
    """Asks how it is."""
    look()
    return dict(state)


@command(
    idempotent=True,
    undo={"command": "set_power", "args": {"on": {"$ref": "result.before"}}},
    phrases=[
        {"say": "(turn|switch) on [the] projector", "args": {"on": True}},
        {"say": "(turn|switch) off [the] projector", "args": {"on": False}},
    ],
)
def set_power(on: bool) -> dict[str, bool]:
    """Turns it on or off, and reads back whether it did."""
    before = bool(ask("/state")["on"])
    ask("/power", {"on": on})
    look()
    if state["on"] != on:
        raise Problem("The projector stays as it is", "COMMAND_FAILED")
    return {"now": on, "before": before}


@command(idempotent=True, phrases=["show {source}", "switch [the] projector to {source}"])
def set_source(source: Source) -> str:
    """Chooses what it shows."""
    ask("/source", {"source": source})
    look()
    return source


run(title="Projector")
