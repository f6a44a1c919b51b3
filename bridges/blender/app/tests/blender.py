# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Blender in the background, linked to a bridge that is played."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from bridge import Bridge, RpcError

APP = Path(__file__).resolve().parent.parent


def command() -> list[str]:
    """What starts Blender; PATCHBAY_BLENDER may also name a Python that has the `bpy` package. Skips without one."""
    named = shlex.split(os.environ.get("PATCHBAY_BLENDER", "blender"))
    found = shutil.which(named[0])
    if found is None:
        pytest.skip("there is no Blender on this machine", allow_module_level=True)
    if Path(found).name.startswith("python"):
        return [found, str(APP / "background.py")]
    return [found, "--background", "--factory-startup", "--python", str(APP / "background.py")]


def environment() -> dict[str, str]:
    """Blender's Python takes its library from the first `python3` on the PATH, which may be a foreign one."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYENV"))}
    return {**kept, "PATH": os.defpath}


class Blender:
    """One process. `results` keeps every answer, for what checks them all."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge
        self.results: list[tuple[str, Any]] = []
        # closed by close()
        self.log = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = subprocess.Popen(
            [*command(), "--", "--links", str(bridge.links), "--bridge", "test"],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait_linked()
        except BaseException:
            self.close()
            raise

    def _wait_linked(self) -> None:
        until = time.monotonic() + 60
        while not self.bridge.linked(0.05):
            assert self.process.poll() is None, "Blender ended before it was linked"
            assert time.monotonic() < until, "Blender did not link"

    def run(self, name: str, /, **args: Any) -> Any:
        result = self.bridge.run(name, **args)
        self.results.append((name, result))
        return result

    def refused(self, name: str, /, **args: Any) -> RpcError:
        """Runs what has to be refused, and checks that it changed nothing."""
        before = self.state()
        with pytest.raises(RpcError) as caught:
            self.run(name, **args)
        assert self.state() == before, f"{name} was refused and has changed the scene"
        return caught.value

    def state(self) -> Any:
        return self.bridge.ask("snapshot")

    def objects(self) -> dict[str, Any]:
        objects: dict[str, Any] = self.state()["objects"]
        return objects

    def file_of(self, answered: dict[str, Any]) -> Path:
        path = Path(answered["$file"]["path"])
        assert self.bridge.work_dir in path.parents
        return path

    def incoming(self, content: bytes, name: str) -> dict[str, Any]:
        """A file as the bridge hands it over."""
        folder = self.bridge.work_dir / "incoming"
        folder.mkdir(exist_ok=True)
        path = folder / f"{len(list(folder.iterdir()))}{Path(name).suffix}"
        path.write_bytes(content)
        return {"$file": {"path": str(path), "name": name, "mediaType": "application/octet-stream"}}

    def ended_well(self) -> bool:
        """Waits until it has ended by itself."""
        return self.process.wait(20) == 0

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.log.seek(0)
        text = self.log.read().decode(errors="replace")
        self.log.close()
        if "Traceback" in text:
            sys.stderr.write("\n".join(line for line in text.splitlines() if not line.startswith("Fra:")))
