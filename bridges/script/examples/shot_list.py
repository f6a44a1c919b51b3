"""A shot list in a CSV file, as production keeps it in a spreadsheet. SHOT_LIST names the file."""

import csv
import os
import pathlib
from typing import Annotated, Literal, Optional

from patchbay_script import Field, Problem, command, event, every, run, state

FILE = pathlib.Path(os.environ.get("SHOT_LIST", "shots.csv")).resolve()
COLUMNS = ["shot", "status", "note"]
Shot = Annotated[str, Field("its name: sc010_sh020", minLength=1, maxLength=60)]
Status = Literal["open", "wip", "review", "done"]
changed = event("shot_changed", "Somebody changed a shot, here or in the file.", shot=str)


def read() -> dict[str, dict[str, str]]:
    if not FILE.exists():
        return {}
    with FILE.open(newline="", encoding="utf-8") as file:
        return {row["shot"]: {key: row.get(key) or "" for key in COLUMNS} for row in csv.DictReader(file)}


def write(shots: dict[str, dict[str, str]]) -> None:
    draft = FILE.with_suffix(".new")
    with draft.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        table.writerows(shots[name] for name in sorted(shots))
    draft.replace(FILE)
    look()


@every(1.0)
def look() -> None:
    """What somebody wrote into the file by hand is seen here."""
    shots = read()
    known = state.get("shots", {})
    for name in shots.keys() | known.keys():
        if "shots" in state and shots.get(name) != known.get(name):
            changed(shot=name)
    if shots != known or "shots" not in state:
        state["shots"] = shots


@command(effect="read", phrases=["(list|show) [the] shots"])
def list_shots(status: Optional[Status] = None) -> list[dict[str, str]]:
    """Lists the shots, all or those with a status."""
    return [shot for _, shot in sorted(read().items()) if status is None or shot["status"] == status]


@command(undo={"command": "delete_shot", "args": {"shot": {"$ref": "args.shot"}}}, phrases=["add [a] shot {shot}"])
def add_shot(shot: Shot, note: str = "") -> dict[str, str]:
    """Adds a shot."""
    shots = read()
    if shot in shots:
        raise Problem(f"There is a shot {shot} already", "CONFLICT")
    shots[shot] = {"shot": shot, "status": "open", "note": note}
    write(shots)
    return shots[shot]


@command(
    idempotent=True,
    undo={"command": "set_status", "args": {"shot": {"$ref": "args.shot"}, "status": {"$ref": "result.before"}}},
    phrases=["(set|mark) [shot] {shot} (as|to) {status}"],
)
def set_status(shot: Shot, status: Status) -> dict[str, str]:
    """Says how far a shot is."""
    shots = read()
    if shot not in shots:
        raise Problem(f"There is no shot {shot}", "NOT_FOUND")
    before, shots[shot]["status"] = shots[shot]["status"], status
    write(shots)
    return {"now": status, "before": before}


@command(effect="destructive", phrases=["(delete|remove) [the] shot {shot}"])
def delete_shot(shot: Shot) -> None:
    """Removes a shot."""
    shots = read()
    if shots.pop(shot, None) is None:
        raise Problem(f"There is no shot {shot}", "NOT_FOUND")
    write(shots)


run(title="Shot list")
