"""A folder that others fill: says when a file is complete, and hands it over. WATCH_FOLDER names the folder."""

import os
import pathlib
from typing import Annotated

from patchbay_script import Field, File, Problem, command, event, every, log, run, state

folder = pathlib.Path(os.environ.get("WATCH_FOLDER", ".")).resolve()
file_ready = event("file_ready", "A file is there, and nobody writes to it any more.", name=str, size=int)
sizes: dict[str, int] = {}
ready: set[str] = set()


@every(0.2)
def look() -> None:
    """A file that is as large as at the last look is complete."""
    found = {path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()}
    for name, size in sorted(found.items()):
        if name not in ready and sizes.get(name) == size:
            ready.add(name)
            file_ready(name=name, size=size)
            log(f"{name} is complete")
    ready.intersection_update(found)
    sizes.clear()
    sizes.update(found)
    if state.get("files") != sorted(ready):
        state["files"] = sorted(ready)[:1000]


@command(effect="read", phrases=["(list|show) [the] files"])
def list_files() -> list[str]:
    """Lists the files that are complete."""
    return sorted(ready)


@command(effect="read", phrases=["(get|fetch) [the] file {name}"])
def get_file(name: Annotated[str, Field("as list_files has it", maxLength=255)]) -> File:
    """Hands a file over."""
    if name not in ready:
        raise Problem(f"There is no file '{name}'", "NOT_FOUND")
    return File(folder / name)


@command(undo="none")
def put_file(file: File) -> str:
    """Puts a file into the folder; what is there already stays."""
    target = folder / pathlib.PurePath(file.name).name
    with target.open("xb") as new:
        new.write(file.path.read_bytes())
    return target.name


run(title="Watched folder")
