from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest
import td
from bridge import RpcError
from manifest import manifest_commands

APP = Path(__file__).parents[1]


def test_it_has_every_command_of_the_manifest_and_no_other(bridge):
    from patchbay_td.commands import COMMANDS

    assert sorted(COMMANDS) == sorted(manifest_commands())


def test_it_runs_from_the_text_in_the_project_and_not_from_files(bridge):
    session = td.op("/project1/patchbay").op("boot").module.session()
    assert sys.modules[type(session).__module__].__spec__.origin is None
    td.op(
        "/project1/patchbay/modules/version"
    ).text = 'COMPONENT_VERSION = "9.9"\nLINK_PROTOCOL = 1\nAPP = "touchdesigner"\n'
    td.op("/project1/patchbay").par.Reconnect.pulse()
    bridge.linked = False
    bridge.until_linked()
    assert bridge.hello["addonVersion"] == "9.9"


def test_building_it_again_keeps_its_settings_and_watches_and_leaves_one_session(bridge):
    bridge.run("create_node", type="lfoCHOP", name="wave")
    bridge.run("watch_channels", node="wave")
    td.op("/project1/patchbay").nodeX = -700
    bridge.linked = False
    runpy.run_path(str(APP / "build.py"))
    bridge.until_linked()
    component = td.op("/project1/patchbay")
    assert (component.nodeX, component.par.Bridge.eval()) == (-700, "test")
    assert [watch["name"] for watch in bridge.run("list_watched")["watched"]] == ["wave"]
    assert len(component.op("boot").module.running()) == 1


def test_its_own_operators_are_nobodys_to_change_and_nobodys_to_see(bridge):
    for command, args in (
        ("delete_node", {"node": "/project1/patchbay"}),
        ("delete_node", {"node": "/project1/patchbay/boot"}),
        ("create_node", {"type": "noiseTOP", "parent": "/project1/patchbay"}),
        ("set_parameter", {"node": "/project1/patchbay", "parameter": "Active", "value": False}),
    ):
        with pytest.raises(RpcError):
            bridge.run(command, **args)
    assert "boot" not in [node["name"] for node in bridge.run("list_nodes", parent="/", depth=0)["nodes"]]
    assert all("patchbay" not in node["path"] for node in bridge.result_of(bridge.begin("snapshot"))["nodes"])


def test_values_of_a_link_change_and_leave_no_step(bridge):
    bridge.run("create_node", type="constantTOP", name="c")
    steps = len(td.ui.undo.undoStack)
    for value in range(5):
        bridge.run("set_parameter", live=True, node="c", parameter="colorr", value=value / 10)
    assert td.op("/project1/c").par.colorr.eval() == 0.4
    assert len(td.ui.undo.undoStack) == steps


def test_a_failed_command_leaves_neither_change_nor_step(bridge):
    steps = list(td.ui.undo.undoStack)
    with pytest.raises(RpcError):
        bridge.run("create_node", type="noiseTOP", name="half", parameters={"amp": {"expression": "1 / 0"}})
    assert td.op("/project1/half") is None
    assert td.ui.undo.undoStack == steps


def test_a_command_that_changes_nothing_is_a_step_too_so_that_taking_it_back_takes_no_other(bridge):
    bridge.run("create_node", type="constantTOP", name="kept")
    steps = len(td.ui.undo.undoStack)
    bridge.run("set_parameter", node="kept", parameter="colorr", value=1)
    assert len(td.ui.undo.undoStack) == steps + 1
    bridge.run("undo")
    assert td.op("/project1/kept") is not None


def test_an_undo_block_does_not_outlive_its_callback(bridge):
    bridge.run("execute_python", code="ui.undo.startBlock('left open')\nop('/project1').create(lfoCHOP, 'x')")
    assert not td.ui.undo.state


def test_a_message_box_ends_and_its_command_with_it(bridge, monkeypatch):
    monkeypatch.setenv("PATCHBAY_DIALOG_S", "0.05")
    assert bridge.run("execute_python", code="result = ui.messageBox('a', 'b')")["result"] == 0


def test_files_outside_the_bridges_folder_are_refused(bridge, tmp_path):
    outside = tmp_path / "secret.png"
    outside.write_bytes(b"x")
    for path in (outside, bridge.work_dir / ".." / "secret.png"):
        file = {"$file": {"path": str(path), "name": "x.png", "mediaType": "image/png"}}
        with pytest.raises(RpcError, match="not in the bridge's folder"):
            bridge.run("load_texture", image=file)


def test_an_asset_lies_beside_a_saved_project_and_is_named_relative_to_it(bridge):
    bridge.run("save_project")
    source = bridge.work_dir / "in.png"
    from td import png

    source.write_bytes(png.encode(1, 1, [bytes([255, 0, 0, 255])]))
    bridge.run(
        "load_texture", image={"$file": {"path": str(source), "name": "ä b.PNG", "mediaType": "image/png"}}, name="t"
    )
    source.unlink()
    file = td.op("/project1/t").par.file.eval()
    assert file.startswith("patchbay_assets/") and file.endswith(".png")
    assert td.op("/project1/t").width == 1


def test_code_is_refused_where_it_is_switched_off(bridge):
    bridge.allow_code = False
    bridge.linked = False
    td.op("/project1/patchbay").par.Reconnect.pulse()
    bridge.until_linked()
    for command, args in (("execute_python", {"code": "1"}), ("set_text", {"node": "x", "text": "1"})):
        with pytest.raises(RpcError) as caught:
            bridge.run(command, **args)
        assert caught.value.code == "CODE_DISABLED"


def test_the_state_of_a_large_project_is_small_and_counts_all(bridge):
    network = td.op("/project1").create(td.baseCOMP, "large")
    for n in range(3_000):
        network.create(td.nullTOP if n % 2 else td.lfoCHOP)

    def counted():
        state = bridge.result_of(bridge.begin("snapshot"))
        return state if state["total"] == 3_002 else None

    state = bridge.turn(counted, "all are counted")
    assert (len(state["nodes"]), state["more"]) == (400, 2_602)
    assert state["families"] == {"TOP": 1_501, "CHOP": 1_500, "COMP": 1}
    page = bridge.run("list_nodes", parent="large", limit=10, offset=2_995)
    assert (len(page["nodes"]), page["total"], page["next"]) == (5, 3_000, None)
    assert bridge.run("get_info")["operators"] == 3_003
