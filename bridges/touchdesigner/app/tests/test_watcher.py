from __future__ import annotations

import td


def test_a_persons_edits_are_told_with_the_name_that_touchdesigner_gives_them(bridge):
    with td.person("Add Noise ü"):
        td.op("/project1").create(td.noiseTOP, "theirs")
    assert bridge.event("human_edit") == {"action": "Add Noise ü"}
    assert bridge.event("node_created")["by"] == "human"
    assert bridge.event("network_changed") == {"created": 1, "deleted": 0, "renamed": 0, "by": "human"}


def test_what_a_command_does_is_no_persons(bridge):
    bridge.run("create_node", type="baseCOMP", name="box")
    bridge.run("create_node", type="lfoCHOP", name="in_it", parent="box")
    assert bridge.event("node_created", lambda data: data["name"] == "in_it")["by"] == "command"
    bridge.run("delete_node", node="box")
    assert bridge.event("node_deleted", lambda data: data["name"] == "in_it")["by"] == "command"
    bridge.run("undo")
    assert bridge.event("node_created", lambda data: data["path"] == "/project1/box/in_it")["by"] == "command"
    assert not [each for each in bridge.notifications if each["params"].get("event") == "human_edit"]


def test_taking_back_by_hand_is_a_persons(bridge):
    bridge.run("create_node", type="noiseTOP", name="made")
    bridge.event("node_created")
    td.ui.undo.undo()
    assert bridge.event("human_edit") == {"action": "undo"}
    assert bridge.event("node_deleted")["by"] == "human"


def test_errors_come_and_go(bridge):
    bridge.run("create_node", type="levelTOP", name="unfed")
    raised = bridge.event("error_raised", lambda data: data["path"].endswith("unfed"))
    assert "Not enough sources" in raised["errors"][0]
    bridge.run("delete_node", node="unfed")
    bridge.run("create_node", type="noiseTOP", name="odd")
    td.op("/project1/odd").par.amp.expr = "1 / 0"
    bridge.event("error_raised", lambda data: data["path"].endswith("odd"))
    td.op("/project1/odd").par.amp = 1
    bridge.event("error_cleared", lambda data: data["path"].endswith("odd"))


def test_a_flood_of_operators_is_counted_and_not_told_one_by_one(bridge):
    with td.person("Paste"):
        for _ in range(200):
            td.op("/project1").create(td.nullTOP)
    assert bridge.event("network_changed", lambda data: data["created"] >= 200)
    created = [each for each in bridge.notifications if each["params"].get("event") == "node_created"]
    assert len(created) == 50


def test_saving_and_playing_are_told(bridge):
    td.project.save()
    assert bridge.event("project_saved")["name"] == td.project.name
    td.root.time.play = False
    assert bridge.event("play_changed") == {"playing": False}
