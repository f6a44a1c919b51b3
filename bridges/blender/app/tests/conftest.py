# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Blender in the background, for all files of tests together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from blender import Blender
from bridge import Bridge


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test marked `last` comes after all others, whatever its file is called."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


@pytest.fixture(scope="session")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blender]:
    with Bridge(tmp_path_factory.mktemp("bridge")) as bridge:
        blender = Blender(bridge)
        try:
            yield blender
        finally:
            blender.close()


@pytest.fixture
def blender(process: Blender) -> Blender:
    """An empty scene."""
    process.run("new_file", discard=True)
    process.bridge.forget_notifications()
    return process
