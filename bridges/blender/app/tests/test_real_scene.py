# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenes that are applied as a whole, and things that stand next to each other, on a real Blender."""

from __future__ import annotations

from typing import Any

import pytest
from blender import Blender
from undoing import without_file

RED = [1.0, 0.0, 0.0]


def test_a_scene_is_applied_as_a_whole(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Old")
    blender.run("create_object", type="cube", name="Hero")
    before = blender.state()
    objects = [
        {"name": "Hero", "location": [1, 2, 3], "color": RED, "metallic": 1, "emission_strength": 1, "parent": "Rig"},
        {"name": "Rig", "type": "empty", "location": [0, 0, 1]},
        {"name": "Eye", "type": "camera", "location": [8, -8, 5], "look_at": "Hero", "focal_length": 35},
        {"name": "Key", "type": "area_light", "location": [0, 0, 6], "energy": 50, "color": RED, "look_at": "Hero"},
        {"name": "Title", "type": "text", "text": "Hi", "collection": "Words", "visible": False},
    ]
    args = {"objects": objects, "remove": ["Old", "Never"], "active_camera": "Eye"}
    done = blender.run("apply_scene", **args)
    assert (done["created"], done["updated"], done["removed"]) == (["Rig", "Eye", "Key", "Title"], ["Hero"], ["Old"])
    found = {each["name"]: each for each in done["objects"]}
    assert (found["Hero"]["parent"], found["Title"]["collections"], found["Title"]["visible"]) == (
        "Rig",
        ["Words"],
        False,
    )
    after = blender.state()
    assert after["active_camera"] == "Eye"
    again = blender.run("apply_scene", **args)
    assert (again["created"], again["removed"]) == ([], [])
    assert without_file(blender.state()) == without_file(after)
    blender.run("undo", steps=2)
    assert without_file(blender.state()) == without_file(before)


@pytest.mark.parametrize(
    "wrong",
    [
        {"objects": [{"name": "New", "type": "cube"}, {"name": "Nobody"}]},
        {"objects": [{"name": "New", "type": "cube"}, {"name": "New", "type": "cube"}]},
        {"objects": [{"name": "New", "type": "cube", "parent": "Nobody"}]},
        {"objects": [{"name": "New", "type": "cube", "look_at": "New"}]},
        {"objects": [{"name": "A", "type": "empty", "parent": "B"}, {"name": "B", "type": "empty", "parent": "A"}]},
        {"objects": [{"name": "New", "type": "cube", "energy": 5}]},
        {"objects": [{"name": "New", "type": "cube"}], "active_camera": "New"},
        {"objects": [{"name": "New", "type": "cube", "parent": "Hero"}], "remove": ["Hero"]},
        {"objects": [{"name": "New", "type": "cube", "location": [0, 0, "up"]}]},
    ],
)
def test_a_scene_that_cannot_be_applied_changes_nothing(blender: Blender, wrong: dict[str, Any]) -> None:
    blender.run("create_object", type="cube", name="Hero")
    assert blender.refused("apply_scene", **wrong).code in {"NOT_FOUND", "INVALID_ARGUMENTS", "COMMAND_FAILED"}


@pytest.mark.parametrize(
    ("side", "gap", "expected"),
    [
        ("on", None, [1, 2, 4.0]),
        ("above", None, [1, 2, 4.5]),
        ("below", 1, [1, 2, 0.0]),
        ("left", None, [-1, 2, 2.0]),
        ("right", 0, [2.5, 2, 2.0]),
        ("front", None, [1, 0, 2.0]),
        ("behind", 2, [1, 5.5, 2.0]),
        ("inside", None, [1, 2, 2.5]),
    ],
)
def test_things_stand_next_to_each_other(blender: Blender, side: str, gap: float | None, expected: list[float]) -> None:
    blender.run("create_object", type="cube", name="Hero", location=[1, 2, 2.5], size=2)
    where = {"near": "Hero", "side": side, **({} if gap is None else {"gap": gap})}
    made = blender.run("create_object", type="cube", name="Box", size=1, **where)
    assert made["location"] == pytest.approx(expected)
    blender.run("transform_object", object="Box", location=[9, 9, 9])
    moved = blender.run("transform_object", object="Box", **where)
    assert moved["location"] == pytest.approx(expected)
    assert blender.refused("transform_object", object="Box", near="Box").code == "INVALID_ARGUMENTS"
    assert blender.refused("create_object", type="cube", near="Nobody").code == "NOT_FOUND"


def test_a_child_stands_next_to_something_in_the_world(blender: Blender) -> None:
    blender.run("create_object", type="empty", name="Root", location=[5, 0, 0], rotation=[0, 0, 90], scale=[2, 2, 2])
    blender.run("create_object", type="cube", name="Hero")
    blender.run("create_object", type="cube", name="Child", parent="Root", location=[9, 9, 9])
    blender.run("transform_object", object="Child", near="Hero", side="on")
    low = blender.run("get_object", object="Child")["bounds"]["min"]
    assert low == pytest.approx([-1, -1, 1], abs=1e-4)


@pytest.mark.parametrize(
    ("finish", "expected"),
    [
        ("shiny", {"roughness": 0.1}),
        ("matte", {"roughness": 0.9}),
        ("metallic", {"metallic": 1.0, "roughness": 0.25}),
        ("glass", {"transmission": 1.0, "roughness": 0.0}),
        ("glowing", {"emission_strength": 2.0, "emission_color": RED}),
    ],
)
def test_a_new_object_has_the_finish_that_was_asked_for(
    blender: Blender, finish: str, expected: dict[str, Any]
) -> None:
    blender.run("create_object", type="sphere", name="Ball", color=RED, finish=finish)
    material = blender.run("get_object", object="Ball")["material_details"][0]
    assert material["color"] == RED
    for key, value in expected.items():
        assert material[key] == pytest.approx(value)
    assert blender.refused("create_object", type="empty", finish=finish).code == "INVALID_ARGUMENTS"


def test_the_world_becomes_brighter_by_a_factor(blender: Blender) -> None:
    blender.run("set_world", strength=0.5)
    assert blender.run("set_world", factor=3)["strength"] == 1.5
