"""An empty project of the stand-in for each test, and Patchbay's component in it, linked to the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import simulator
import td
from bridge import Bridge


@pytest.fixture
def world(tmp_path: Path):
    made = td.reset()
    made.project.folder = str(tmp_path / "project")
    return made


@pytest.fixture
def bridge(world, tmp_path: Path) -> Iterator[Bridge]:
    """Linked, with code switched on."""
    with Bridge(tmp_path, world) as playing:
        simulator.furnish()
        simulator.build(str(playing.links), "test")
        playing.until_linked()
        yield playing
        td.op("/project1/patchbay").op("boot").module.stop()
    world.sockets.close()
