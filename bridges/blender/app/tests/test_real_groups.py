# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that are one undo step, in a real Blender."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from blender import Blender
from bridge import RpcError


@contextmanager
def group(blender: Blender, outcome: str = "keep", label: str = "Build the set") -> Iterator[dict[str, Any]]:
    """A group; what its end answers is in the dictionary afterwards."""
    ended: dict[str, Any] = {}
    blender.bridge.ask("group_begin", {"label": label})
    yield ended
    ended.update(blender.bridge.ask("group_end", {"outcome": outcome}))


def create(blender: Blender, *names: str) -> None:
    for name in names:
        blender.run("create_object", type="cube", name=name)


def failing(blender: Blender, command: str, **args: Any) -> str:
    with pytest.raises(RpcError) as caught:
        blender.run(command, **args)
    return caught.value.code


def names(blender: Blender) -> list[str]:
    return sorted(blender.objects())


def test_it_says_that_it_has_groups(process: Blender) -> None:
    assert process.bridge.hello["capabilities"]["groups"] is True


def test_ten_commands_of_a_group_are_one_step(blender: Blender) -> None:
    create(blender, "Before")
    before = blender.state()
    with group(blender) as ended:
        for i in range(5):
            create(blender, f"Box {i}")
            blender.run("transform_object", object=f"Box {i}", location=[i, 0, 0])
    assert ended == {"undone": False}
    after = blender.state()
    assert len(after["objects"]) == 6
    assert blender.run("undo") == {"steps": 1}
    assert blender.state() == before
    assert blender.run("redo") == {"steps": 1}
    assert blender.state() == after
    assert blender.run("undo", steps=2) == {"steps": 2}
    assert names(blender) == []
    assert failing(blender, "undo") == "COMMAND_FAILED"


def test_a_group_that_is_taken_back_leaves_neither_a_trace_nor_a_step(blender: Blender) -> None:
    create(blender, "First", "Second")
    before = blender.state()
    with group(blender, "undo") as ended:
        create(blender, "Third")
        blender.run("delete_object", object="First")
        blender.run("set_timeline", fps=60)
        assert failing(blender, "transform_object", object="Nobody", location=[1, 1, 1]) == "NOT_FOUND"
    assert ended == {"undone": True}
    assert blender.state() == before
    assert blender.run("undo") == {"steps": 1}
    assert names(blender) == ["First"]
    create(blender, "Second")
    assert names(blender) == ["First", "Second"]


def test_a_new_file_has_no_changes_after_a_group_was_taken_back(blender: Blender) -> None:
    assert blender.state()["file"]["dirty"] is False
    with group(blender, "undo"):
        create(blender, "Box")
        assert blender.state()["file"]["dirty"] is True
    assert blender.state()["file"]["dirty"] is False
    assert failing(blender, "undo") == "COMMAND_FAILED"


def test_a_group_in_which_nothing_was_changed_is_no_step(blender: Blender) -> None:
    create(blender, "Box")
    with group(blender):
        blender.run("get_scene")
    with group(blender, "undo") as ended:
        pass
    assert ended == {"undone": True}
    assert blender.run("undo") == {"steps": 1}
    assert names(blender) == []


def test_a_command_that_breaks_takes_nothing_with_it_that_the_group_did_before(blender: Blender) -> None:
    with group(blender):
        create(blender, "Kept")
        code = 'bpy.context.scene.collection.objects.link(bpy.data.objects.new("Half", None)); 1 / 0'
        assert failing(blender, "execute_python", code=code) == "COMMAND_FAILED"
        wanted = [{"name": "Half", "type": "cube"}, {"name": "Missing"}]
        assert failing(blender, "apply_scene", objects=wanted) == "NOT_FOUND"
        create(blender, "After")
    assert names(blender) == ["After", "Kept"]
    assert blender.run("undo") == {"steps": 1}
    assert names(blender) == []
    assert blender.run("redo") == {"steps": 1}
    assert names(blender) == ["After", "Kept"]


def test_what_breaks_first_in_a_group_leaves_nothing_behind(blender: Blender) -> None:
    with group(blender):
        code = 'bpy.context.scene.collection.objects.link(bpy.data.objects.new("Half", None)); 1 / 0'
        assert failing(blender, "execute_python", code=code) == "COMMAND_FAILED"
    assert names(blender) == []


def test_more_commands_than_blender_keeps_steps_can_be_taken_back(blender: Blender) -> None:
    before = blender.state()
    with group(blender, "undo") as ended:
        create(blender, *(f"Box {i}" for i in range(300)))
    assert ended == {"undone": True}
    assert blender.state() == before


def test_undoing_in_a_group_makes_a_step_of_what_was_done_so_far(blender: Blender) -> None:
    with group(blender, "undo") as ended:
        create(blender, "A", "B")
        assert blender.run("undo") == {"steps": 1}
        assert names(blender) == []
        create(blender, "C")
    assert ended == {"undone": False}
    assert names(blender) == []


def test_a_file_that_is_opened_in_a_group_cannot_be_taken_back(blender: Blender) -> None:
    with group(blender, "undo") as ended:
        create(blender, "A")
        blender.run("new_file", discard=True)
        create(blender, "B")
    assert ended == {"undone": False}
    assert names(blender) == []


def test_groups_do_not_nest_and_end_once(blender: Blender) -> None:
    with group(blender):
        with pytest.raises(RpcError) as caught:
            blender.bridge.ask("group_begin", {"label": "Inner"})
        assert caught.value.code == "CONFLICT"
        assert "Build the set" in str(caught.value)
    with pytest.raises(RpcError) as caught:
        blender.bridge.ask("group_end", {"outcome": "keep"})
    assert caught.value.code == "CONFLICT"
