"""The helper by itself: what types become, what messages look like, and what the script prints."""

import enum
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Optional, TypedDict, Union

import patchbay_script
import pytest
from patchbay_script import Field, File, Script, schema_of

HELPER = pathlib.Path(patchbay_script.__file__).parent


class Colour(enum.Enum):
    RED = "red"


@dataclass
class Point:
    x: float
    y: float = 0.0


class Options(TypedDict):
    name: str


@pytest.mark.parametrize(
    ("hint", "schema"),
    [
        (int, {"type": "integer"}),
        (bool, {"type": "boolean"}),
        (None, {"type": "null"}),
        (Any, {}),
        (object, {}),
        (list[str], {"type": "array", "items": {"type": "string"}}),
        (dict[str, float], {"type": "object", "additionalProperties": {"type": "number"}}),
        (Optional[str], {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        (Union[int, str], {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        (Literal["a", 1], {"enum": ["a", 1]}),
        (Colour, {"enum": ["red"]}),
        (Annotated[int, "how many"], {"type": "integer", "description": "how many"}),
        (Annotated[int, Field("n", minimum=1)], {"type": "integer", "description": "n", "minimum": 1}),
        (
            tuple[int, str],
            {
                "type": "array",
                "prefixItems": [{"type": "integer"}, {"type": "string"}],
                "minItems": 2,
                "maxItems": 2,
            },
        ),
    ],
)
def test_a_type_becomes_json_schema(hint: Any, schema: dict[str, Any]) -> None:
    assert schema_of(hint) == schema


@pytest.mark.parametrize(
    ("hint", "required"), [(Point, ["x"]), (Options, ["name"]), (File, ["id", "name", "mediaType"])]
)
def test_a_class_becomes_an_object(hint: Any, required: list[str]) -> None:
    assert schema_of(hint)["required"] == required


def test_defaults_and_docstrings_come_from_the_function() -> None:
    script = Script()

    @script.command(effect="read", timeout_ms=5)
    def look(name: str, at: Point = Point(1.0)) -> int:  # noqa: B008
        """Looks at
        something.

        More about it.
        """
        return 1

    document = script._commands["look"][1]
    assert document["summary"] == "Looks at something."
    assert document["args"]["required"] == ["name"]
    assert document["args"]["properties"]["at"]["default"] == {"x": 1.0, "y": 0.0}
    assert (document["kind"], document["timeoutMs"], document["result"]) == ("query", 5, {"type": "integer"})


def test_an_argument_that_nobody_could_name_is_refused() -> None:
    with pytest.raises(TypeError):
        Script().command(lambda *args: None)


SCRIPT = """
import os, subprocess, sys
from patchbay_script import command, run, state
print("printed")
os.system("echo from a shell")
state["häuser"] = 1

@command
def double(value: float) -> float:
    print("in a command")
    return value * 2

@command
def read_input() -> str:
    return sys.stdin.read()

run(title="Zwölf")
"""


class Bridge:
    """What a bridge does on a script's standard streams."""

    def __init__(self, folder: pathlib.Path, text: str = SCRIPT) -> None:
        path = folder / "zwölf.py"
        path.write_text(text, "utf-8")
        env = {**os.environ, "PYTHONPATH": str(HELPER), "PATCHBAY_LINK": "stdio", "PATCHBAY_APP": "twelve"}
        self.process = subprocess.Popen(
            [sys.executable, path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=env,
        )
        self.folder = folder

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        header = self.process.stdout.readline()
        assert header.startswith(b"Content-Length: "), header
        assert self.process.stdout.readline() == b"\r\n"
        return json.loads(self.process.stdout.read(int(header[16:])))

    def welcome(self) -> dict[str, Any]:
        hello = self.receive()
        self.send({"id": "hello", "result": {"workDir": str(self.folder)}})
        return hello

    def answer(self, method: str, params: Optional[dict[str, Any]] = None) -> dict[str, Any]:
        self.send({"id": 7, "method": method, "params": params or {}})
        while (message := self.receive()).get("id") != 7:
            pass
        return message

    def execute(self, command: str, **args: Any) -> dict[str, Any]:
        return self.answer("execute", {"command": command, "args": args, "id": "c1"})

    def end(self) -> tuple[int, str]:
        self.process.stdin.close()
        code = self.process.wait(10)
        said = self.process.stderr.read().decode()
        self.process.stdout.close()
        self.process.stderr.close()
        return code, said


def test_a_script_says_hello_and_answers_and_nothing_that_it_prints_gets_in_between(tmp_path: pathlib.Path) -> None:
    bridge = Bridge(tmp_path)
    hello = bridge.welcome()
    assert (hello["method"], hello["params"]["app"], hello["params"]["protocol"]) == ("hello", "twelve", 1)
    assert bridge.answer("manifest")["result"]["title"] == "Zwölf"
    assert bridge.answer("snapshot")["result"] == {"häuser": 1}
    assert bridge.execute("double", value=2)["result"] == 4.0
    assert bridge.execute("read_input")["result"] == ""
    assert bridge.execute("nothing")["error"]["data"]["code"] == "UNKNOWN_COMMAND"
    assert bridge.answer("ping")["result"] == {}
    code, said = bridge.end()
    assert code == 0
    assert [line in said for line in ("printed", "from a shell", "in a command")] == [True, True, True]


def test_a_script_ends_when_it_is_told_to(tmp_path: pathlib.Path) -> None:
    bridge = Bridge(tmp_path)
    bridge.welcome()
    bridge.send({"method": "shutdown"})
    assert bridge.process.wait(10) == 0
    bridge.end()


def test_half_a_message_and_garbage_end_the_script_with_why(tmp_path: pathlib.Path) -> None:
    bridge = Bridge(tmp_path)
    bridge.welcome()
    bridge.process.stdin.write(b"Content-Length: 9\r\n\r\nno json !")
    bridge.process.stdin.flush()
    assert bridge.process.wait(10) == 0
    assert "link broke" in bridge.end()[1]


def test_a_script_describes_itself_without_a_bridge(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "alone.py"
    path.write_text("from patchbay_script import command, run\n@command\ndef a() -> int: return 1\nrun()", "utf-8")
    env = {**os.environ, "PYTHONPATH": str(HELPER)}
    said = subprocess.run([sys.executable, path, "--describe"], env=env, capture_output=True, check=True, text=True)
    assert list(json.loads(said.stdout)["commands"]) == ["a"]


def test_websocket_frames_of_every_length_go_there_and_back() -> None:
    ours, theirs = socket.socketpair()
    web_socket = object.__new__(patchbay_script._WebSocket)
    web_socket._socket, web_socket._reader = ours, ours.makefile("rb")

    def unmask() -> None:
        reader = theirs.makefile("rb")
        for _ in range(3):
            head = reader.read(2)
            size = head[1] & 0x7F
            length = size if size < 126 else int.from_bytes(reader.read(2 if size == 126 else 8), "big")
            mask, body = reader.read(4), reader.read(length)
            plain = bytes(byte ^ mask[index % 4] for index, byte in enumerate(body))
            size_field = bytes([length]) if length < 126 else bytes([127]) + length.to_bytes(8, "big")
            theirs.sendall(b"\x89\x02hi" + b"\x01\x00" + b"\x80" + size_field + plain)
            reader.read(8)

    threading.Thread(target=unmask, daemon=True).start()
    for body in (b"short", b"x" * 300, b"y" * 70_000):
        web_socket.send(body)
        assert web_socket.receive() == body
    ours.close()
    theirs.close()
