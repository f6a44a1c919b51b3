"""A simulated Cascadeur in this process, and its server as another process would see it."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

APP = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(APP), str(APP / "stand_in")]

from csc import figure, world  # noqa: E402 -- found by the path above
from patchbay_cascadeur.arguments import Arguments  # noqa: E402
from patchbay_cascadeur.commands import Context, all_commands  # noqa: E402
from patchbay_cascadeur.config import Config, Form  # noqa: E402
from patchbay_cascadeur.csc_access import Cascadeur  # noqa: E402
from patchbay_cascadeur.running import Running  # noqa: E402
from PySide6 import QtCore  # noqa: E402


@pytest.fixture
def application() -> world.Application:
    """With one scene that has the figure."""
    made = world.fresh()
    figure.add_figure(made.new_scene())
    return made


Run = Callable[..., Any]


@pytest.fixture
def run(application: world.Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command as `execute` does, in this thread."""
    # where Cascadeur's own resources lie beside its program
    monkeypatch.setattr(sys, "executable", str(APP / "stand_in" / "install" / "cascadeur"))
    commands, app = all_commands(), Cascadeur()

    def call(command: str, /, **args: Any) -> Any:
        return commands[command](Context(app, tmp_path), Arguments(args))

    return call


@dataclass
class Served:
    """A server with its main thread, which is a thread of the test's own."""

    port: int
    token: str
    announcement: Path
    paused: threading.Event

    def headers(self, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **more}

    def send(self, body: bytes, headers: dict[str, str], path: str = "/") -> tuple[int, dict[str, Any]]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def rpc(self, method: str, /, **params: Any) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}).encode()
        status, answer = self.send(body, self.headers())
        assert (status, answer["id"]) == (200, 7)
        return answer["result"] if "result" in answer else answer["error"]

    def execute(self, command: str, /, **args: Any) -> Any:
        return self.rpc("execute", command=command, args=args)


@contextlib.contextmanager
def served(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setenv("PATCHBAY_CASCADEUR_SERVER", str(tmp_path / "server.json"))
    ready: list[Running] = []
    stop, paused = threading.Event(), threading.Event()

    def main_thread() -> None:
        running = Running(config)
        ready.append(running)
        while not stop.is_set():
            if not paused.is_set():
                QtCore.process_events()
            time.sleep(0.001)
        running.close()

    thread = threading.Thread(target=main_thread)
    thread.start()
    try:
        while not ready and thread.is_alive():
            time.sleep(0.001)
        content = json.loads((tmp_path / "server.json").read_text())
        yield Served(ready[0].port, content["token"], tmp_path / "server.json", paused)
    finally:
        stop.set()
        thread.join()


@pytest.fixture(params=[Form.THREADED, Form.SYNC, Form.ASYNC], ids=lambda form: form.value)
def server(
    request: pytest.FixtureRequest, application: world.Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Served]:
    """The same server in each of its three forms."""
    if request.param is Form.ASYNC:
        pytest.importorskip("aiohttp")
    with served(Config(request.param), tmp_path, monkeypatch) as one:
        yield one
