# SPDX-License-Identifier: GPL-3.0-or-later
"""What a real Blender has to refuse, and how it says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from blender import Blender
from bridge import Bridge

RED = [1.0, 0.0, 0.0]


def test_code_runs_where_it_is_allowed(blender: Blender) -> None:
    code = """
print("hi")
result = {"names": [s.name for s in bpy.data.scenes], "v": mathutils.Vector((1, 2, 3)), "n": float("nan")}
"""
    done = blender.run("execute_python", code=code)
    assert done == {"result": {"names": ["Scene"], "v": [1, 2, 3], "n": 0}, "output": "hi\n"}
    assert blender.run("execute_python", code="x = 1") == {"result": None, "output": ""}
    failing = """
print("so far")
bpy.context.scene.collection.objects.link(bpy.data.objects.new("Left", None))
1 / 0
"""
    error = blender.refused("execute_python", code=failing)
    assert (error.code, error.context["output"]) == ("COMMAND_FAILED", "so far\n")
    assert "line 4" in error.context["traceback"]
    assert "ZeroDivisionError" in str(error)
    for code in ("def", "raise SystemExit(3)"):
        assert blender.refused("execute_python", code=code).code == "COMMAND_FAILED"
    assert blender.bridge.ask("ping") == {}


def test_code_is_refused_where_it_is_not(tmp_path: Path) -> None:
    with Bridge(tmp_path, allow_code=False) as bridge:
        blender = Blender(bridge)
        try:
            assert blender.refused("execute_python", code="result = 1").code == "CODE_DISABLED"
            bridge.send({"jsonrpc": "2.0", "method": "shutdown"})
            assert blender.ended_well()
        finally:
            blender.close()


@pytest.mark.parametrize(
    ("command", "args"),
    [
        ("get_object", {}),
        ("update_object", {"visible": False}),
        ("transform_object", {"location": [1, 1, 1]}),
        ("duplicate_object", {}),
        ("delete_object", {}),
        ("parent_object", {"parent": "Hero"}),
        ("move_to_collection", {"collection": "Set"}),
        ("set_material", {"color": RED}),
        ("update_light", {"energy": 1}),
        ("look_at", {"point": [0, 0, 0]}),
        ("add_modifier", {"type": "bevel"}),
        ("remove_modifier", {"modifier": "Bevel"}),
        ("insert_keyframe", {}),
        ("animate_object", {"to": [1, 1, 1]}),
        ("clear_animation", {}),
        ("export_file", {"format": "obj"}),
    ],
)
def test_an_unknown_object_is_answered_with_what_there_is(blender: Blender, command: str, args: dict[str, Any]) -> None:
    for name in ("Zebra", "Hero", "Heroine"):
        blender.run("create_object", type="cube", name=name)
    error = blender.refused(command, object="Her0", **args)
    assert error.code == "NOT_FOUND"
    assert error.context["available"] == ["Hero", "Heroine", "Zebra"]
    assert "'Hero'" in str(error)


@pytest.mark.parametrize(
    ("command", "args", "path"),
    [
        ("create_object", {"type": "dragon"}, ["type"]),
        ("create_object", {"type": "cube", "size": "big"}, ["size"]),
        ("create_object", {"type": "cube", "size": 0}, ["size"]),
        ("create_object", {"type": "cube", "location": [1, 2]}, ["location"]),
        ("create_object", {"type": "cube", "location": [1, 2, True]}, ["location", 2]),
        ("create_object", {"type": "cube", "colour": "red"}, ["colour"]),
        ("create_object", {"type": "cube", "text": "hi"}, ["text"]),
        ("create_object", {"type": "empty", "color": RED}, ["color"]),
        ("create_object", {"type": "cube", "name": "x" * 64}, ["name"]),
        ("transform_object", {"object": "Hero", "location": None}, ["location"]),
        ("set_material", {"object": "Hero", "color": "red"}, ["color"]),
        ("set_material", {"object": "Hero", "texture": "/etc/passwd"}, ["texture"]),
        ("update_object", {"object": "Hero", "text": "hi"}, ["text"]),
        ("render_image", {"width": 1e9}, ["width"]),
        ("undo", {"steps": 1.5}, ["steps"]),
        ("save_file", {"name": "../escape"}, ["name"]),
        ("set_timeline", {"start": -5}, ["start"]),
    ],
)
def test_a_wrong_argument_is_named_and_changes_nothing(
    blender: Blender, command: str, args: dict[str, Any], path: list[Any]
) -> None:
    blender.run("create_object", type="cube", name="Hero")
    error = blender.refused(command, **args)
    assert error.code == "INVALID_ARGUMENTS"
    assert path in [issue["path"] for issue in error.issues]


def test_nan_ends_the_link_because_it_is_no_json(tmp_path: Path) -> None:
    with Bridge(tmp_path) as bridge:
        blender = Blender(bridge)
        try:
            params = {"command": "create_object", "args": {"type": "cube", "size": "NAN"}, "id": "x"}
            text = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "execute", "params": params}).replace(
                '"NAN"', "NaN"
            )
            assert bridge._connection is not None
            bridge._connection.sendall(b"Content-Length: %d\r\n\r\n" % len(text) + text.encode())
            assert blender.ended_well()
        finally:
            blender.close()


def test_an_unknown_command_is_answered_with_what_there_is(blender: Blender) -> None:
    error = blender.refused("make_coffee")
    assert error.code == "UNKNOWN_COMMAND"
    assert "create_object" in error.context["available"]
