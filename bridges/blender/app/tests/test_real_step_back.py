# SPDX-License-Identifier: GPL-3.0-or-later
"""One command taken back by its id, in a real Blender: only where it lies on top."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any

import pytest
from blender import Blender

_NUMBERS = itertools.count(1)
# Between two turns, and so outside every command, it does what a file says.
_HAND = """
import pathlib, sys
events = sys.modules["patchbay.events"].events
tell = type(events).tell
file = pathlib.Path({file!r})
always = file.with_name("always_by_hand.py")
def with_hand(*arguments):
    if file.exists():
        exec(file.read_text(), {{"bpy": bpy}})
        file.unlink()
    if always.exists():
        exec(always.read_text(), {{"bpy": bpy}})
    tell(events, *arguments)
events.tell = with_hand
"""
_LET_GO = "import sys; del sys.modules['patchbay.events'].events.tell"


@pytest.fixture(scope="module", autouse=True)
def _hand(process: Blender) -> Iterator[None]:
    process.run("execute_python", code=_HAND.format(file=str(process.bridge.work_dir / "by_hand.py")))
    yield
    process.run("execute_python", code=_LET_GO)


def by_hand(blender: Blender, code: str) -> None:
    """Changes something as a person would, and waits until that was done."""
    file = blender.bridge.work_dir / "by_hand.py"
    file.with_suffix(".new").write_text(code)
    file.with_suffix(".new").rename(file)
    until = time.monotonic() + 30
    while file.exists():
        assert time.monotonic() < until, "nobody did it by hand"
        time.sleep(0.01)


def done(blender: Blender, command: str, **args: Any) -> str:
    """Runs a command under an id of its own, which it returns."""
    command_id = f"{command}-{next(_NUMBERS)}"
    blender.bridge.ask("execute", {"command": command, "args": args, "id": command_id})
    return command_id


def step(blender: Blender, command_id: str, direction: str = "undo") -> Any:
    return blender.bridge.ask("step_back", {"direction": direction, "id": command_id})


def moved(blender: Blender, command_id: str, direction: str = "undo") -> bool:
    answer = step(blender, command_id, direction)
    assert answer["moved"] or answer["reason"]
    return bool(answer["moved"])


def scene(blender: Blender) -> Any:
    """Whether the document has changes does not come back with them."""
    return {**blender.state(), "file": None}


def test_it_says_that_it_can(process: Blender) -> None:
    capabilities = process.bridge.hello["capabilities"]
    assert capabilities["step_back"] is True
    assert len(capabilities["instance"]) == 36


def test_a_run_is_walked_back_step_by_step_and_forth_again(blender: Blender) -> None:
    states, ids = [scene(blender)], []
    for command, args in (
        ("create_object", {"type": "cube", "name": "Hero"}),
        ("transform_object", {"object": "Hero", "location": [1, 2, 3]}),
        ("set_material", {"object": "Hero", "color": [1, 0, 0]}),
        ("create_light", {"name": "Key", "above": "Hero"}),
        ("create_camera", {"target": "Hero"}),
        ("set_timeline", {"fps": 30, "current": 12}),
        ("delete_object", {"object": "Hero"}),
    ):
        ids.append(done(blender, command, **args))
        states.append(scene(blender))
        blender.run("get_scene")
    for i in reversed(range(len(ids))):
        assert moved(blender, ids[i])
        assert scene(blender) == states[i]
    for i in range(len(ids)):
        assert moved(blender, ids[i], "redo")
        assert scene(blender) == states[i + 1]


def test_only_what_lies_on_top_is_taken_back(blender: Blender) -> None:
    first = done(blender, "create_object", type="cube", name="First")
    second = done(blender, "create_object", type="cube", name="Second")
    before = blender.state()
    answer = step(blender, first)
    assert answer == {"moved": False, "reason": "something else was changed after it"}
    assert not moved(blender, second, "redo")
    assert blender.state() == before
    assert moved(blender, second)
    assert not moved(blender, second)
    assert moved(blender, first)
    assert list(blender.objects()) == []


def test_a_redo_is_over_once_something_else_happens(blender: Blender) -> None:
    first = done(blender, "create_object", type="cube", name="First")
    assert moved(blender, first)
    done(blender, "create_object", type="cube", name="Other")
    assert not moved(blender, first, "redo")
    assert list(blender.objects()) == ["Other"]


def test_a_command_that_was_refused_or_broke_is_not_in_the_way(blender: Blender) -> None:
    first = done(blender, "create_object", type="cube", name="First")
    blender.refused("transform_object", object="Nobody", location=[1, 1, 1])
    blender.refused("execute_python", code="bpy.data.objects['First'].location.x = 5; 1 / 0")
    assert moved(blender, first)
    assert list(blender.objects()) == []


def test_what_somebody_else_did_is_never_taken_back(blender: Blender) -> None:
    hero = done(blender, "create_object", type="cube", name="Hero")
    by_hand(blender, "bpy.data.objects['Hero'].location.z = 4; bpy.context.view_layer.update()")
    assert not moved(blender, hero)
    assert blender.objects()["Hero"]["location"] == [0, 0, 4]
    # it stays where it is too when what came after it goes
    light = done(blender, "create_light", name="Key")
    assert moved(blender, light)
    assert blender.objects()["Hero"]["location"] == [0, 0, 4]
    assert not moved(blender, hero)


def test_what_somebody_does_while_nobody_looks_stays_too(blender: Blender) -> None:
    hero = done(blender, "create_object", type="cube", name="Hero")
    # Blender has not evaluated it yet when the undo is asked for
    by_hand(blender, "bpy.data.objects['Hero'].location.z = 4")
    assert not moved(blender, hero)
    assert blender.objects()["Hero"]["location"] == [0, 0, 4]


def test_a_person_who_works_all_the_time_loses_nothing(blender: Blender) -> None:
    done(blender, "create_object", type="empty", name="Theirs")
    always = blender.bridge.work_dir / "always_by_hand.py"
    always.write_text("""
import random
if random.random() < 0.4:
    space = bpy.app.driver_namespace
    space["theirs"] = space.get("theirs", 0) + 1
    bpy.data.objects["Theirs"].location.z = space["theirs"]
""")
    taken = 0
    for i in range(80):
        ours = done(blender, "create_object", type="cube", name=f"Ours {i}")
        if moved(blender, ours):
            taken += 1
        else:
            blender.run("delete_object", object=f"Ours {i}")
    always.unlink()
    code = "result = bpy.app.driver_namespace.pop('theirs')"
    count = blender.run("execute_python", code=code)["result"]
    assert 0 < taken < 80
    assert {name: each["location"] for name, each in blender.objects().items()} == {"Theirs": [0, 0, count]}


def test_undo_by_command_and_another_file_bury_everything(blender: Blender) -> None:
    first = done(blender, "create_object", type="cube", name="First")
    done(blender, "create_object", type="cube", name="Second")
    blender.run("undo")
    assert not moved(blender, first)
    blender.run("new_file", discard=True)
    assert not moved(blender, first)


def test_a_group_is_one_step_by_the_batchs_id(blender: Blender) -> None:
    first = done(blender, "create_object", type="cube", name="First")
    blender.bridge.ask("group_begin", {"label": "Two", "id": "batch-1"})
    done(blender, "create_object", type="cube", name="Second")
    inner = done(blender, "create_object", type="cube", name="Third")
    assert step(blender, inner) == {"moved": False, "reason": "a group of commands is open"}
    blender.bridge.ask("group_end", {"outcome": "keep"})
    assert not moved(blender, inner)
    assert not moved(blender, first)
    assert moved(blender, "batch-1")
    assert list(blender.objects()) == ["First"]
    blender.bridge.ask("group_begin", {"label": "None", "id": "batch-2"})
    done(blender, "create_object", type="cube", name="Gone")
    blender.bridge.ask("group_end", {"outcome": "undo"})
    assert moved(blender, first)
    assert list(blender.objects()) == []


def test_what_blender_keeps_no_more_is_not_taken_back_by_halves(blender: Blender) -> None:
    ids = [done(blender, "create_object", type="cube", name=f"Box {i}") for i in range(270)]
    taken = list(itertools.takewhile(lambda each: moved(blender, each), reversed(ids)))
    assert 0 < len(taken) < 270
    answer = step(blender, ids[-len(taken) - 1])
    assert answer["moved"] is False
    assert len(blender.objects()) == 270 - len(taken)
