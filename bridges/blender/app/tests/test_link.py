# SPDX-License-Identifier: GPL-3.0-or-later
"""The link against a bridge that is played over real sockets."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bridge import Bridge, RpcError

from patchbay.connection import Request
from patchbay.errors import CommandError
from patchbay.framing import encode_frame
from patchbay.link import Link, Phase
from patchbay.pump import Pump
from patchbay.rendezvous import find_bridges

HELLO = {"app": "blender", "appVersion": "3.4.1", "protocol": 1}


@contextmanager
def linked(bridge: Bridge, handlers: dict[str, Callable[[Request], Any]], **options: Any) -> Iterator[Link]:
    """A link whose pump runs on a thread of its own, as Blender's main thread would."""
    pump = Pump(handlers)
    link = Link(lambda: find_bridges(bridge.links), HELLO, pump.put, **options)
    over = threading.Event()

    def turn() -> None:
        while not over.is_set():
            pump.run_next(0.02)

    main = threading.Thread(target=turn)
    main.start()
    link.start()
    try:
        yield link
    finally:
        over.set()
        main.join()
        link.stop()


def until(condition: Callable[[], bool], timeout: float = 10) -> None:
    waiting = threading.Event()
    for _ in range(int(timeout / 0.01)):
        if condition():
            return
        waiting.wait(0.01)
    raise AssertionError("it did not come about")


@pytest.mark.parametrize("transport", ["unix", "tcp"])
def test_it_says_hello_with_the_token_and_answers(tmp_path: Path, transport: str) -> None:
    with Bridge(tmp_path, transport=transport) as bridge, linked(bridge, {"ping": lambda _: {}}) as link:
        bridge.wait_linked(10)
        assert bridge.hello == {**HELLO, "token": "secret"}
        assert bridge.ask("ping", timeout=10) == {}
        assert link.status.phase is Phase.LINKED
        assert link.status.bridge == "test"
        assert link.connection is not None
        assert link.connection.welcome.allow_code
        assert link.connection.welcome.work_dir == str(bridge.work_dir)


def test_what_comes_together_with_the_hellos_answer_is_heard(tmp_path: Path) -> None:
    heard = threading.Event()
    with Bridge(tmp_path) as bridge:
        bridge.after_hello = encode_frame({"jsonrpc": "2.0", "method": "shutdown"})
        with linked(bridge, {"shutdown": lambda _: heard.set()}):
            assert heard.wait(10)


def test_a_refusal_is_told_and_tried_again(tmp_path: Path) -> None:
    with Bridge(tmp_path, token="another") as bridge, linked(bridge, {}) as link:
        until(lambda: "token is wrong" in link.status.detail)
        assert link.status.phase is Phase.WAITING
        assert link.alive


def test_a_link_that_was_lost_comes_back(tmp_path: Path) -> None:
    with Bridge(tmp_path) as bridge, linked(bridge, {"ping": lambda _: {}}):
        for _ in range(3):
            bridge.wait_linked(10)
            assert bridge.ask("ping", timeout=10) == {}
            bridge.drop()


def test_a_link_that_shall_not_come_back_ends(tmp_path: Path) -> None:
    with Bridge(tmp_path) as bridge, linked(bridge, {}, reconnect=False) as link:
        bridge.wait_linked(10)
        bridge.drop()
        until(lambda: not link.alive)
        assert link.linked_once


def test_it_waits_for_a_bridge_that_comes_later(tmp_path: Path) -> None:
    with Bridge(tmp_path) as bridge:
        hidden = tmp_path / "hidden.json"
        bridge.rendezvous.rename(hidden)
        with linked(bridge, {}) as link:
            until(lambda: "No bridge is waiting" in link.status.detail)
            hidden.rename(bridge.rendezvous)
            bridge.wait_linked(10)


def test_a_dead_bridge_does_not_hide_a_living_one(tmp_path: Path) -> None:
    with Bridge(tmp_path) as bridge:
        dead = bridge.links / "blender-dead.json"
        dead.write_text(bridge.rendezvous.read_text().replace(".sock", ".gone"))
        dead.chmod(0o600)
        with linked(bridge, {}):
            bridge.wait_linked(10)


def test_stopping_ends_a_hello_that_nobody_answers(tmp_path: Path) -> None:
    with Bridge(tmp_path) as bridge:
        bridge._take = lambda *_: None  # type: ignore[method-assign]
        link = Link(lambda: find_bridges(bridge.links), HELLO, lambda _: None)
        link.start()
        until(lambda: link._dialled is not None)
        link.stop()
        assert not link.alive


def test_an_error_crosses_with_code_context_and_issues(tmp_path: Path) -> None:
    def fail(_request: Request) -> None:
        issue: Any = {"path": ["a", 0], "message": "wrong"}
        raise CommandError("NOT_FOUND", "There is no 'x'", context={"available": ["y"]}, issues=[issue])

    def crash(_request: Request) -> None:
        raise KeyError("x")

    with Bridge(tmp_path) as bridge, linked(bridge, {"fail": fail, "crash": crash}):
        bridge.wait_linked(10)
        with pytest.raises(RpcError, match="no 'x'") as caught:
            bridge.ask("fail", timeout=10)
        assert (caught.value.code, caught.value.context) == ("NOT_FOUND", {"available": ["y"]})
        assert caught.value.issues == [{"path": ["a", 0], "message": "wrong"}]
        with pytest.raises(RpcError) as caught:
            bridge.ask("crash", timeout=10)
        assert caught.value.code == "INTERNAL"
        with pytest.raises(RpcError) as caught:
            bridge.ask("dance", timeout=10)
        assert caught.value.code == "UNKNOWN_COMMAND"


def test_an_answer_that_is_no_json_is_an_error_and_not_silence(tmp_path: Path) -> None:
    handlers = {"nan": lambda _: float("nan"), "object": lambda _: object(), "ping": lambda _: {}}
    with Bridge(tmp_path) as bridge, linked(bridge, handlers):
        bridge.wait_linked(10)
        for method in ("nan", "object"):
            with pytest.raises(RpcError) as caught:
                bridge.ask(method, timeout=10)
            assert caught.value.code == "INTERNAL"
        assert bridge.ask("ping", timeout=10) == {}


def test_a_cancellation_reaches_what_runs_at_once(tmp_path: Path) -> None:
    started = threading.Event()

    def work(request: Request) -> None:
        started.set()
        until(lambda: request.cancelled)
        raise CommandError("CANCELLED", "cancelled")

    with Bridge(tmp_path) as bridge, linked(bridge, {"work": work}):
        bridge.wait_linked(10)
        running = bridge.begin("work")
        waiting = bridge.begin("work")
        assert started.wait(10)
        bridge.cancel(waiting)
        bridge.cancel(running)
        for request, message in ((running, "cancelled"), (waiting, "before it began")):
            with pytest.raises(RpcError, match=message) as caught:
                bridge.result_of(request, 10)
            assert caught.value.code == "CANCELLED"


def test_what_runs_is_cancelled_when_the_link_is_lost(tmp_path: Path) -> None:
    seen: queue.Queue[bool] = queue.Queue()

    def work(request: Request) -> None:
        bridge.drop()
        until(lambda: request.cancelled)
        seen.put(True)

    with Bridge(tmp_path) as bridge, linked(bridge, {"work": work}):
        bridge.wait_linked(10)
        bridge.begin("work")
        assert seen.get(timeout=10)


def test_what_is_not_json_rpc_ends_the_link(tmp_path: Path) -> None:
    with Bridge(tmp_path) as bridge, linked(bridge, {}, reconnect=False) as link:
        bridge.wait_linked(10)
        bridge.send(["what"])  # type: ignore[arg-type]
        until(lambda: not link.alive)
        assert "JSON-RPC" in link.status.detail
