# SPDX-License-Identifier: GPL-3.0-or-later
"""A Blender without a window, started by a bridge: it ends with its link, so that none is left behind."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import bpy

from .blank import make_blank
from .history import history
from .rendezvous import default_links_dir, find_bridges
from .session import Session

_UNDO_STEPS = 256
_GRACE_S = 5.0


def main(arguments: Sequence[str]) -> None:
    """Serves until the bridge says `shutdown` or the link is lost; then Blender ends."""
    parser = argparse.ArgumentParser(prog="background.py", description="Links this Blender to its bridge.")
    parser.add_argument("--links", type=Path, default=default_links_dir(), help="the folder of rendezvous files")
    parser.add_argument("--bridge", required=True, help="the bridge's id")
    parser.add_argument("--file", type=Path, help="a document to open, in place of an empty one")
    options = parser.parse_args(arguments)

    bpy.context.preferences.edit.undo_steps = _UNDO_STEPS
    if options.file is None:
        make_blank()
    else:
        bpy.ops.wm.open_mainfile(filepath=str(options.file), use_scripts=False)
    history.begin()

    session = Session(lambda: find_bridges(options.links, options.bridge), reconnect=False)
    session.start()
    threading.Thread(target=_end_anyway, args=(session,), name="patchbay-end", daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        while session.link.alive and not session.ended:
            session.wait(0.1)
    reason = session.link.status.detail
    session.stop()
    if not session.ended:
        print(f"patchbay: {reason}", file=sys.stderr, flush=True)
    _leave(0 if session.link.linked_once else 1)


def _end_anyway(session: Session) -> None:
    """Ends a Blender whose bridge is gone and whose main thread does not come back, as in a long render."""
    session.link.join()
    time.sleep(_GRACE_S)
    _leave(1)


def _leave(status: int) -> NoReturn:
    """At once: some versions crash or hang while they take themselves down."""
    sys.stdout.flush()
    sys.stderr.flush()
    # Blender's folder of this process, and never the one that holds everybody's
    scratch = Path(bpy.app.tempdir)
    if scratch.name.startswith("blender_"):
        shutil.rmtree(scratch, ignore_errors=True)
    os._exit(status)
