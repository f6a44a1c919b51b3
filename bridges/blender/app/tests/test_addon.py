# SPDX-License-Identifier: GPL-3.0-or-later
"""The add-on as Blender takes it in: what its two manifests say, and that it needs nothing but Python and Blender."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import patchbay
from patchbay.version import ADDON_VERSION

PACKAGE = Path(patchbay.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
# numpy comes with Blender, and only where its own glTF importer needs it
BLENDERS_OWN = {"bpy", "bmesh", "mathutils", "numpy", "_cycles", "_winapi"}

tomllib = pytest.importorskip("tomllib")


def test_both_manifests_tell_the_same_version() -> None:
    manifest = tomllib.loads((PACKAGE / "blender_manifest.toml").read_text())
    assert manifest["version"] == ADDON_VERSION
    assert ".".join(str(part) for part in patchbay.bl_info["version"]) == ADDON_VERSION
    assert manifest["license"] == ["SPDX:GPL-3.0-or-later"]


def test_the_extension_manifest_keeps_the_platforms_limits() -> None:
    manifest = tomllib.loads((PACKAGE / "blender_manifest.toml").read_text())
    for text in (manifest["tagline"], *manifest["permissions"].values()):
        assert len(text) <= 64
        assert text[-1].isalnum()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_says_its_licence_and_needs_nothing_that_blender_lacks(path: Path) -> None:
    text = path.read_text()
    assert text.startswith("# SPDX-License-Identifier: GPL-3.0-or-later\n")
    for node in ast.walk(ast.parse(text)):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names.append(node.module or "")
        for name in names:
            root = name.partition(".")[0]
            assert root in sys.stdlib_module_names | BLENDERS_OWN, f"{name} is neither Python's nor Blender's"
