"""What the three forms have in common, over real sockets."""

from __future__ import annotations

import json
import socket
import stat

import pytest

from conftest import Served, served
from csc import world
from patchbay_cascadeur.config import Config, Form
from patchbay_cascadeur.core import MAX_BODY_BYTES

CALL = {"jsonrpc": "2.0", "id": 1, "method": "health", "params": {}}


def test_health_says_who_is_there_and_how_it_runs(server: Served) -> None:
    health = server.rpc("health")
    assert health["app"] == "cascadeur"
    assert health["protocol"] == 1
    assert health["capabilities"]["pump"] == "qt"
    assert health["mainThreadSilentMs"] < 10_000


def test_a_command_runs_and_can_be_read_back(server: Served) -> None:
    key = server.execute("set_keyframe", object="left hand", frame=24, position=[30, 140, 20])
    assert key["exact"] is True
    assert server.execute("get_keyframes", tracks=["Hand_L"])["tracks"][0]["keys"] == [0, 24]
    assert server.rpc("snapshot")["tracks"]["Hand_L"]["keys"] == [0, 24]


def test_names_of_every_script_pass_through(server: Served) -> None:
    name = "手 ö é ß 🦾"
    server.execute("rename_object", object="head_MainPoint", name=name)
    assert server.execute("find_objects", query=name)["objects"][0]["name"] == name


def test_the_announcement_is_its_persons_alone_and_goes_with_the_server(
    application: world.Application, tmp_path, monkeypatch
) -> None:
    with served(Config(), tmp_path, monkeypatch) as server:
        assert stat.S_IMODE(server.announcement.stat().st_mode) == 0o600
        assert json.loads(server.announcement.read_text())["address"] == f"http://127.0.0.1:{server.port}/"
    assert not server.announcement.exists()


@pytest.mark.parametrize("authorization", [None, "", "Bearer wrong", "Basic x", "Bearer ü"])
def test_without_the_token_nothing_is_answered(server: Served, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1", "replace")}
    status, answer = server.send(json.dumps(CALL).encode(), headers)  # type: ignore[arg-type]
    assert status == 401
    assert answer["error"]["data"]["code"] == "LINK_REFUSED"


def test_web_pages_and_other_names_are_refused_even_with_the_token(server: Served) -> None:
    body = json.dumps(CALL).encode()
    assert server.send(body, server.headers(Origin="http://evil.example"))[0] == 403
    assert server.send(body, server.headers(Origin="null"))[0] == 403
    # a name that was made to lead here
    assert server.send(body, server.headers(Host="evil.example:1"))[0] == 421
    assert server.send(body, server.headers(Host=f"localhost:{server.port}"))[0] == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "INVALID_MESSAGE"),
        (b"{", 400, "INVALID_MESSAGE"),
        (b"\xff\xfe", 400, "INVALID_MESSAGE"),
        (b"[" * 100_000, 400, "INVALID_MESSAGE"),
        (b'{"jsonrpc":"2.0","id":1,"method":"health","params":{"a":NaN}}', 400, "INVALID_MESSAGE"),
        (b"[]", 400, "INVALID_REQUEST"),
        (b"{}", 400, "INVALID_REQUEST"),
        (b'{"jsonrpc":"2.0","id":1,"method":"health","params":[1]}', 200, "INVALID_ARGUMENTS"),
        (b'{"jsonrpc":"2.0","id":1,"method":"no_such"}', 200, "UNKNOWN_COMMAND"),
        (b'{"jsonrpc":"2.0","id":1,"method":"execute","params":{"command":"no_such"}}', 200, "UNKNOWN_COMMAND"),
        (b'{"jsonrpc":"2.0","id":1,"method":"execute","params":{}}', 200, "INVALID_ARGUMENTS"),
    ],
)
def test_what_cannot_be_read_is_answered_with_the_reason(server: Served, body: bytes, status: int, code: str) -> None:
    found, answer = server.send(body, server.headers())
    assert (found, answer["error"]["data"]["code"]) == (status, code)
    assert server.rpc("health")["app"] == "cascadeur"


def test_half_a_body_harms_nobody(server: Served) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        head = (
            f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {server.token}\r\nContent-Length: 900\r\n\r\n"
        )
        raw.sendall(head.encode() + b'{"jsonrpc"')
    assert server.execute("list_scenes")["scenes"][0]["active"] is True


def test_a_body_that_is_too_large_is_refused_before_it_is_read(server: Served) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as raw:
        head = (
            f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {server.token}\r\n"
            f"Content-Length: {MAX_BODY_BYTES + 1}\r\n\r\n"
        )
        raw.sendall(head.encode())
        assert b" 413 " in raw.recv(200)
    assert server.rpc("health")["app"] == "cascadeur"


def test_as_many_bytes_as_are_allowed_are_read(application: world.Application, tmp_path, monkeypatch) -> None:
    with served(Config(Form.THREADED), tmp_path, monkeypatch) as server:
        frame = b'{"jsonrpc":"2.0","id":1,"method":"health","params":{"filler":"%s"}}'
        body = frame % (b"x" * (MAX_BODY_BYTES - len(frame) + 2))
        assert len(body) == MAX_BODY_BYTES
        assert server.send(body, server.headers())[0] == 200


def test_a_call_that_comes_after_its_deadline_is_not_begun(server: Served) -> None:
    error = server.rpc("execute", command="new_scene", args={}, deadline=1)
    assert error["data"] == {"code": "APP_UNRESPONSIVE", "context": {"started": False}}
    assert len(server.execute("list_scenes")["scenes"]) == 1


def test_behind_a_dialog_commands_are_refused_and_reading_is_not(
    server: Served, application: world.Application
) -> None:
    application.dialog = True
    assert server.execute("new_scene")["data"]["code"] == "APP_BUSY"
    assert server.rpc("snapshot")["active_scene"] == "untitled.casc"
    application.dialog = False
    assert server.execute("new_scene")["name"] == "untitled1.casc"
