# SPDX-License-Identifier: GPL-3.0-or-later
"""Keyframes and the timeline on a real Blender."""

from __future__ import annotations

from typing import Any

import pytest
from blender import Blender
from undoing import undone

RED = [1.0, 0.0, 0.0]


def test_keyframes_move_things(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero", location=[1, 0, 0])
    before = blender.state()
    assert blender.run("insert_keyframe", object="Hero")["keyframes"] == [1]
    blender.run("undo")
    assert blender.state()["objects"] == before["objects"]
    blender.run("insert_keyframe", object="Hero", frame=1, location=[0, 0, 0], interpolation="linear")
    blender.run("insert_keyframe", object="Hero", frame=11, location=[10, 0, 0], rotation=[0, 0, 90])
    blender.run("set_timeline", current=6)
    assert blender.objects()["Hero"]["location"] == [5, 0, 0]
    assert blender.run("insert_keyframe", object="Hero", frame=6, property="location")["keyframes"] == [1, 6, 11]
    assert blender.run("get_object", object="Hero")["keyframes"] == [1, 6, 11]
    assert blender.run("clear_animation", object="Hero", property="location")["objects"] == ["Hero"]
    assert blender.run("get_object", object="Hero")["keyframes"] == [11]
    assert blender.objects()["Hero"]["location"] == [5, 0, 0]
    assert blender.run("clear_animation")["objects"] == ["Hero"]
    assert blender.run("clear_animation")["objects"] == []


def test_an_animation_goes_from_one_value_to_another(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero")
    args = {"to": [0, 0, 360], "start": 1, "end": 25, "interpolation": "linear"}
    done = blender.run("animate_object", object="Hero", property="rotation", **{"from": [0, 0, 0]}, **args)
    assert done == {"name": "Hero", "keyframes": [1, 25]}
    blender.run("set_timeline", current=13)
    assert blender.objects()["Hero"]["rotation"] == pytest.approx([0, 0, 180], abs=1e-3)
    error = blender.refused("animate_object", object="Hero", to=[1, 1, 1], start=5, end=5)
    assert error.code == "INVALID_ARGUMENTS"


def test_many_keyframes_are_one_step(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero")
    blender.run("create_light", name="Lamp")
    blender.run("create_camera", name="Eye")
    before = blender.run("get_object", object="Hero")
    tracks = [
        {
            "object": "Hero",
            "property": "location",
            "keyframes": [{"frame": i, "value": [i, 0, 0]} for i in range(1, 101)],
        },
        {
            "object": "Hero",
            "property": "visible",
            "keyframes": [{"frame": 1, "value": True}, {"frame": 50, "value": False}],
        },
        {
            "object": "Hero",
            "property": "color",
            "keyframes": [{"frame": 1, "value": RED}, {"frame": 9, "value": [0, 0, 1]}],
        },
        {"object": "Lamp", "property": "energy", "keyframes": [{"frame": 1, "value": 0}, {"frame": 20, "value": 500}]},
        {"object": "Lamp", "property": "color", "keyframes": [{"frame": 1, "value": RED}]},
        {"object": "Eye", "property": "focal_length", "keyframes": [{"frame": 1, "value": 20}]},
        {"object": "Eye", "property": "rotation", "keyframes": [{"frame": 1, "value": [90, 0, 0]}]},
        {"object": "Eye", "property": "scale", "keyframes": [{"frame": 1, "value": [1, 1, 1]}]},
    ]
    done = blender.run("set_keyframes", tracks=tracks)
    assert done["keyframes"] == 110
    assert [each["name"] for each in done["objects"]] == ["Hero", "Lamp", "Eye"]
    blender.run("set_timeline", current=60)
    hero = blender.run("get_object", object="Hero")
    assert (hero["location"], hero["visible"], len(hero["keyframes"])) == ([60, 0, 0], False, 100)
    assert hero["material_details"][0]["color"] == pytest.approx([0, 0, 1])
    assert blender.run("get_object", object="Lamp")["light"]["energy"] == 500
    again = [{"object": "Hero", "property": "location", "keyframes": [{"frame": 5, "value": [1, 1, 1]}]}]
    assert blender.run("set_keyframes", tracks=again, replace=True)["keyframes"] == 1
    assert blender.run("undo", steps=3) == {"steps": 3}
    assert blender.run("get_object", object="Hero") == before


@pytest.mark.parametrize(
    ("track", "code"),
    [
        ({"object": "Hero", "property": "energy", "keyframes": [{"frame": 1, "value": 1}]}, "COMMAND_FAILED"),
        ({"object": "Hero", "property": "location", "keyframes": [{"frame": 1, "value": 1}]}, "INVALID_ARGUMENTS"),
        ({"object": "Hero", "property": "visible", "keyframes": [{"frame": 1, "value": 1}]}, "INVALID_ARGUMENTS"),
        ({"object": "Nobody", "property": "scale", "keyframes": [{"frame": 1, "value": [1, 1, 1]}]}, "NOT_FOUND"),
    ],
)
def test_keyframes_that_do_not_fit_are_refused_all_together(blender: Blender, track: Any, code: str) -> None:
    blender.run("create_object", type="cube", name="Hero")
    good = {"object": "Hero", "property": "location", "keyframes": [{"frame": 1, "value": [9, 9, 9]}]}
    assert blender.refused("set_keyframes", tracks=[good, track]).code == code
    assert blender.run("get_object", object="Hero")["keyframes"] == []


def test_the_timeline_is_set(blender: Blender) -> None:
    before = blender.state()
    assert blender.run("set_timeline", fps=23.976, start=10, end=20, current=15) == {
        "fps": 23.976,
        "start": 10,
        "end": 20,
        "current": 15,
        "previous": {"fps": 24, "start": 1, "end": 250, "current": 1},
    }
    undone(blender, before)
    assert blender.run("set_timeline", start=300, end=400)["start"] == 300
    assert blender.refused("set_timeline", start=500).issues[0]["path"] == ["start"]
