from __future__ import annotations

import json

import pytest
import simulator
import td
from bridge import Bridge, RpcError


def status() -> str:
    return td.op("/project1/patchbay").par.Status.eval()


def test_it_says_who_it_is(bridge):
    hello = bridge.hello
    assert (hello["app"], hello["token"], hello["protocol"]) == ("touchdesigner", "secret", 1)
    assert hello["appVersion"].endswith("-simulated") and "groups" not in hello["capabilities"]
    assert status() == "linked to test"


def test_a_bridge_that_says_no_is_left_alone_for_a_while_and_the_artist_can_read_why(world, tmp_path):
    with Bridge(tmp_path, world, token="another") as playing:
        simulator.build(str(playing.links), "test")
        playing.turn(lambda: status() == "its token is wrong")
        playing.token = "secret"
        td.op("/project1/patchbay").par.Reconnect.pulse()
        playing.until_linked()


def test_it_dials_again_when_the_connection_breaks(bridge):
    bridge.run("create_node", type="noiseTOP", name="before")
    bridge.drop()
    bridge.until_linked()
    assert bridge.run("get_node", node="before")["name"] == "before"


def test_what_is_no_message_of_the_link_ends_it_and_it_comes_back(bridge):
    for nonsense in (b"no json", b'{"jsonrpc": "1.0"}', b"[]"):
        bridge.send_frame(1, nonsense)
        bridge.turn(lambda: not bridge.linked, "it hangs up")
        bridge.until_linked()


def test_pings_are_answered_and_split_messages_joined(bridge):
    bridge.send_frame(9, b"still there?")
    bridge.turn(lambda: b"still there?" in bridge.pongs)
    text = json.dumps({"jsonrpc": "2.0", "id": "split", "method": "ping", "params": {"t": "ž" * 50}}).encode()
    bridge.send_frame(1, text[:20], last=False)
    bridge.send_frame(0, text[20:37], last=False)
    bridge.send_frame(0, text[37:])
    assert bridge.result_of("split") == {}


def test_unknown_methods_and_commands_are_refused_and_the_link_holds(bridge):
    for request in (bridge.begin("dance"), bridge.start("dance")):
        with pytest.raises(RpcError) as caught:
            bridge.result_of(request)
        assert caught.value.code == "UNKNOWN_COMMAND"
    assert bridge.result_of(bridge.begin("ping")) == {}


def test_a_fault_of_touchdesigner_is_an_answer_and_what_was_begun_is_taken_back(bridge, monkeypatch):
    monkeypatch.setattr(td.OP, "cook", lambda *_a, **_k: (_ for _ in ()).throw(td.tdError("GPU is gone")))
    with pytest.raises(RpcError, match="GPU is gone") as caught:
        bridge.run("get_top_image", node="out1")
    assert caught.value.code == "COMMAND_FAILED"


def test_a_heartbeat_goes_out_while_nothing_else_does(bridge):
    bridge.turn(lambda: any(each["method"] == "heartbeat" for each in bridge.notifications))


def test_several_commands_are_answered_in_their_order(bridge):
    requests = [bridge.start("create_node", type="lfoCHOP", name=f"n{n}") for n in range(20)]
    assert [bridge.result_of(request)["name"] for request in requests] == [f"n{n}" for n in range(20)]


def test_switched_off_it_neither_dials_nor_stays(bridge):
    td.op("/project1/patchbay").par.Active = False
    bridge.turn(lambda: not bridge.linked, "it hangs up")
    for _ in range(60):
        bridge.world.frame(1 / 60)
    assert not bridge.linked
    td.op("/project1/patchbay").par.Active = True
    bridge.until_linked()
