"""A simulated TouchDesigner: Patchbay's own component, built as an artist builds it, over the stand-in for `td`.

python3 simulator.py --links FOLDER --bridge ID [--fps 60] [--project FOLDER] [--state FILE]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import signal
import sys
import time
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE))

import loading  # noqa: E402
import td  # noqa: E402


def build(links: str, bridge: str, network: Any = None) -> Any:
    """The component in the open project, as `build.py` makes it."""
    spec = importlib.util.spec_from_file_location("patchbay_build", _HERE.parent / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.build(_HERE.parent, network, settings={"Links": links, "Bridge": bridge})


def furnish() -> None:
    """A small project, so that there is something to see."""
    network = td.op("/project1")
    for n, (kind, name) in enumerate((("nullTOP", "out1"),)):
        node = network.create(getattr(td, kind), name)
        node.nodeX, node.nodeY = 400 + n * 200, 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--links", default="")
    parser.add_argument("--bridge", default="")
    parser.add_argument("--fps", type=float, default=60)
    parser.add_argument("--project", default="")
    parser.add_argument("--state", type=Path, help="what the project looks like: a bridge's state as JSON")
    options = parser.parse_args()
    world = td.world
    world.abs_time.rate = 60.0
    if options.project:
        world.project.folder = options.project
    if options.state is None:
        furnish()
        network = None
    else:
        network = loading.load(json.loads(options.state.read_text(encoding="utf-8")))
    build(options.links, options.bridge, network)

    def end(*_: object) -> None:
        world.ended = True

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, end)
    length = 1 / options.fps
    before = time.monotonic()
    while not world.ended:
        now = time.monotonic()
        world.frame(now - before)
        before = now
        rest = length - (time.monotonic() - now)
        if rest > 0:
            time.sleep(rest)
    world.executes("onExit", "exit")
    world.sockets.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
