# SPDX-License-Identifier: GPL-3.0-or-later
"""What a real Blender says of itself, and how long it lives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from blender import Blender
from bridge import Bridge
from manifest import ask_manifest


def test_it_says_what_it_is(process: Blender) -> None:
    hello = process.bridge.hello
    assert hello["app"] == "blender"
    assert hello["background"] is True
    assert hello["protocol"] == 1
    assert {"eevee", "workbench"} <= set(hello["capabilities"]["engines"])
    assert {"fbx", "obj", "stl"} <= set(hello["capabilities"]["export_formats"])


def test_its_arguments_are_the_manifests(process: Blender) -> None:
    expected = json.loads(ask_manifest("check_arguments.ts", ""))
    code = """
from patchbay.commands import COMMANDS
def plain(value):
    return [plain(each) for each in value] if isinstance(value, (list, tuple)) else value
result = {
    name: {
        key: {"required": field.required, "default": plain(field.default)} for key, field in command.arguments.items()
    }
    for name, command in COMMANDS.items()
}
"""
    found = process.run("execute_python", code=code)["result"]
    for name, fields in expected.items():
        for key, field in fields.items():
            # the schema does not tell the default of what it transforms
            if field["default"] is None and not field["required"]:
                found[name][key]["default"] = None
    assert found == expected


def test_blender_ends_with_its_bridge_and_not_before(tmp_path: Path) -> None:
    with Bridge(tmp_path) as bridge:
        blender = Blender(bridge)
        try:
            bridge.wait_for("heartbeat", timeout=20)
            assert blender.process.poll() is None
            bridge.drop()
            assert blender.ended_well()
        finally:
            blender.close()


def test_a_frame_that_changes_is_told(blender: Blender) -> None:
    blender.run("set_timeline", current=42)
    event = blender.bridge.wait_for("event", lambda each: each["event"] == "frame_changed", 10)
    assert event["data"] == {"frame": 42}
    edits = [each for each in blender.bridge.notifications if each["params"].get("event") == "human_edit"]
    assert edits == []


def test_the_state_is_the_scene(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero")
    state = blender.run("get_scene")
    assert state == blender.state()
    assert set(state) == {"file", "scenes", "objects", "collections", "active_camera", "timeline", "render"}
    assert state["scenes"] == [{"name": "Scene", "active": True, "objects": 1}]
    assert blender.run("list_assets")["meshes"] == [{"name": "Hero", "users": 1, "vertices": 8}]


@pytest.mark.last
def test_every_result_is_what_the_manifest_says(process: Blender) -> None:
    """Checks what all others were answered, and that no command was left out."""
    assert ask_manifest("check_results.ts", json.dumps(process.results)) == ""
