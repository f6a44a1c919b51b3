# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of a link, in a real Blender: many a second, and one undo step for all that come in a row."""

from __future__ import annotations

from blender import Blender


def move_to(blender: Blender, z: float) -> None:
    args = {"object": "A", "location": [0, 0, z]}
    blender.bridge.ask("execute", {"command": "transform_object", "args": args, "id": "live", "live": True})


def height(blender: Blender) -> float:
    z: float = blender.objects()["A"]["location"][2]
    return z


def test_values_in_a_row_are_one_step(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="A")
    for z in (1, 2, 3):
        move_to(blender, z)
    assert height(blender) == 3
    assert blender.run("undo") == {"steps": 1}
    assert height(blender) == 0
    assert blender.run("undo") == {"steps": 1}
    assert blender.objects() == {}


def test_what_is_done_in_between_is_a_step_and_loses_nothing(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="A")
    for z in (1, 2, 3):
        move_to(blender, z)
    blender.run("create_object", type="cube", name="B")
    for z in (4, 5):
        move_to(blender, z)
    blender.run("undo")
    assert height(blender) == 3
    blender.run("undo")
    assert sorted(blender.objects()) == ["A"]
    assert height(blender) == 3
    blender.run("undo")
    assert height(blender) == 0


def test_a_command_that_fails_takes_nothing_of_a_link_back(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="A")
    for z in (1, 2):
        move_to(blender, z)
    blender.refused("transform_object", object="Nobody", location=[0, 0, 9])
    assert height(blender) == 2
