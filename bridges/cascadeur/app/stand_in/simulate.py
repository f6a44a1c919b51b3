"""A Cascadeur that is none, as a process: the true server over the stand-in `csc`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path

_HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(_HERE.parent), str(_HERE)]
# where Cascadeur's own resources lie beside its program
sys.executable = str(_HERE / "install" / "cascadeur")

import loading  # noqa: E402 -- found by the path above
from csc import figure, picture, world  # noqa: E402 -- they are found by the path above
from PySide6 import QtCore  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--control", type=Path, help="where it says how it is troubled: for tests")
    parser.add_argument("--empty", action="store_true", help="begin without the character")
    parser.add_argument("--state", type=Path, help="what it looks like: a bridge's state as JSON")
    parser.add_argument("--hooks-only", action="store_true", help="as a Cascadeur that has no timer")
    options = parser.parse_args()
    if options.hooks_only:
        QtCore.QCoreApplication.instance = staticmethod(lambda: None)
    application = world.APPLICATION
    if options.state is not None:
        loading.load(application, json.loads(options.state.read_text(encoding="utf-8")))
    else:
        first = application.new_scene()
        if not options.empty:
            figure.add_figure(first)
    signal.signal(signal.SIGTERM, lambda *_: setattr(application, "wanted_end", True))

    control = None
    if options.control is not None:
        from control import Control

        control = Control(options.control)
    # as Cascadeur calls its hooks
    from events.application_started import patchbay_server

    patchbay_server.run()
    parent = os.getppid()
    while not application.wanted_end and os.getppid() == parent:
        QtCore.process_events()
        if control is not None:
            control.run_ready()
        if not application.minimised:
            draw()
        time.sleep(0.001)
    from patchbay_cascadeur import running

    running.stop()
    if control is not None:
        control.close()
    return 0


def draw() -> None:
    while world.APPLICATION.pictures:
        scene, width, height, path = world.APPLICATION.pictures.pop(0)
        picture.write(scene, width, height, Path(path))


if __name__ == "__main__":
    sys.exit(main())
