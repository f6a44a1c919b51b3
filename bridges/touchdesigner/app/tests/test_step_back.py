"""One command back in TouchDesigner's own history: only where it lies on top, and nothing of a person's with it."""

from __future__ import annotations

import pytest
import td
from bridge import Bridge, RpcError


def execute(bridge: Bridge, command_id: str, command: str, **args: object) -> None:
    bridge.result_of(bridge.begin("execute", {"command": command, "args": args, "id": command_id}))


def step(bridge: Bridge, command_id: str, direction: str = "undo") -> dict:
    return bridge.result_of(bridge.begin("step_back", {"direction": direction, "id": command_id}))


def names() -> list[str]:
    return sorted(child.name for child in td.op("/project1").children if child.name not in ("patchbay", "out1"))


def test_it_is_announced(bridge):
    assert bridge.hello["capabilities"]["step_back"] is True


def test_commands_are_walked_back_in_their_order_and_forth_again(bridge):
    for name in ("a", "b", "c"):
        execute(bridge, name, "create_node", type="noiseTOP", name=name)
    assert step(bridge, "a")["moved"] is False
    for name, left in (("c", ["a", "b"]), ("b", ["a"]), ("a", [])):
        assert step(bridge, name) == {"moved": True}
        assert names() == left
    assert step(bridge, "a")["moved"] is False
    for name, there in (("a", ["a"]), ("b", ["a", "b"])):
        assert step(bridge, name, "redo") == {"moved": True}
        assert names() == there
    execute(bridge, "d", "create_node", type="noiseTOP", name="d")
    assert step(bridge, "c", "redo")["moved"] is False


def test_a_persons_step_on_top_stays(bridge):
    execute(bridge, "a", "create_node", type="noiseTOP", name="ours")
    with td.person("Create Operator"):
        td.op("/project1").create(td.nullTOP, "theirs")
    answer = step(bridge, "a")
    assert answer["moved"] is False
    assert "on top" in answer["reason"]
    assert names() == ["ours", "theirs"]
    # once the person has taken their own back, it lies on top again
    td.ui.undo.undo()
    assert step(bridge, "a") == {"moved": True}
    assert names() == []


def test_what_a_person_has_taken_back_is_not_taken_back_again(bridge):
    for name in ("a", "b"):
        execute(bridge, name, "update_parameters", node="out1", parameters={"resolutionw": len(name) + ord(name)})
    td.ui.undo.undo()
    # another one of that name lies on top
    assert step(bridge, "b")["moved"] is False
    assert step(bridge, "a") == {"moved": True}
    assert step(bridge, "a", "redo") == {"moved": True}
    td.ui.undo.redo()
    assert step(bridge, "b") == {"moved": True}


def test_what_leaves_no_step_cannot_be_stepped_over(bridge):
    execute(bridge, "a", "create_node", type="tableDAT", name="cues")
    execute(bridge, "b", "set_table", node="cues", rows=[["x"]])
    assert step(bridge, "b")["moved"] is False
    # its own step is a's alone
    assert step(bridge, "a") == {"moved": True}


def test_a_history_that_was_emptied_holds_nothing(bridge):
    execute(bridge, "a", "create_node", type="noiseTOP", name="a")
    td.ui.undo.clear()
    assert step(bridge, "a")["moved"] is False
    assert names() == ["a"]


def test_a_command_that_failed_left_nothing(bridge):
    execute(bridge, "a", "create_node", type="noiseTOP", name="a")
    request = bridge.begin(
        "execute",
        {"command": "create_node", "id": "b", "args": {"type": "noiseTOP", "name": "b", "parameters": {"nope": 1}}},
    )
    with pytest.raises(RpcError):
        bridge.result_of(request)
    assert step(bridge, "b")["moved"] is False
    assert step(bridge, "a") == {"moved": True}
