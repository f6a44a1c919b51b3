"""A main thread that hangs is seen from outside, and what it has not begun is taken back."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable

import pytest

from conftest import served
from csc import figure, world
from patchbay_cascadeur.config import Config, Form
from patchbay_cascadeur.pump import Pump
from patchbay_cascadeur.running import Running


def test_a_hanging_main_thread_is_seen_and_what_was_not_begun_is_taken_back(
    application: world.Application, tmp_path, monkeypatch
) -> None:
    with served(Config(Form.THREADED), tmp_path, monkeypatch) as server:
        server.paused.set()
        deadline = int(time.time() * 1000) + 600
        error = server.rpc("execute", command="new_scene", args={}, deadline=deadline)
        assert error["data"] == {"code": "APP_UNRESPONSIVE", "context": {"started": False}}
        assert time.time() * 1000 < deadline
        assert server.rpc("health")["mainThreadSilentMs"] > 200
        server.paused.clear()
        # it comes back, and does not do what was given up
        assert len(server.execute("list_scenes")["scenes"]) == 1


def test_the_pump_runs_in_order_on_the_thread_that_made_it() -> None:
    pump, seen = Pump(), []
    threads = [threading.Thread(target=lambda n=n: pump.submit(lambda: seen.append(n))) for n in range(3)]
    for thread in threads:
        thread.start()
        thread.join()
    pump.run_ready()
    assert seen == [0, 1, 2]


def test_work_that_was_given_up_is_not_begun() -> None:
    pump, seen = Pump(), []
    futures = []
    thread = threading.Thread(target=lambda: futures.append(pump.submit(lambda: seen.append(1))))
    thread.start()
    thread.join()
    assert futures[0].cancel()
    pump.run_ready()
    assert seen == []


def test_the_asynchronous_form_joins_a_loop_that_runs(tmp_path, monkeypatch) -> None:
    aiohttp = pytest.importorskip("aiohttp")
    monkeypatch.setenv("PATCHBAY_CASCADEUR_SERVER", str(tmp_path / "server.json"))
    figure.add_figure(world.fresh().new_scene())

    async def in_a_loop() -> None:
        running = Running(Config(Form.ASYNC))
        try:
            found = json.loads((tmp_path / "server.json").read_text())
            headers = {"Authorization": f"Bearer {found['token']}"}
            async with aiohttp.ClientSession(headers=headers) as session:
                for method, params in (("health", {}), ("execute", {"command": "get_timeline"})):
                    call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
                    async with session.post(found["address"], json=call) as response:
                        answer = await response.json()
                        assert "result" in answer
            assert running.config.form is Form.ASYNC
        finally:
            running.close()
            await asyncio.sleep(0)

    asyncio.run(in_a_loop())


class _ByHand:
    """A timer that the test ticks."""

    name = "by hand"

    def __init__(self) -> None:
        self.modal = False

    def start(self, interval_ms: int, tick: Callable[[], None]) -> None:
        self.tick = tick

    def stop(self) -> None:
        """Nothing runs."""

    def is_modal(self) -> bool:
        return self.modal


def test_a_command_that_lets_timers_go_on_is_not_met_by_another_half_way(
    application: world.Application, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("PATCHBAY_CASCADEUR_SERVER", str(tmp_path / "server.json"))
    timer, seen = _ByHand(), []
    running = Running(Config(Form.THREADED), timer)
    try:

        def first() -> None:
            timer.tick()
            seen.append("first")

        for work in (first, lambda: seen.append("second")):
            thread = threading.Thread(target=running.pump.submit, args=(work,))
            thread.start()
            thread.join()
        timer.tick()
        timer.tick()
        assert seen == ["first", "second"]
    finally:
        running.close()


def test_windows_own_timer_is_no_trouble_elsewhere() -> None:
    import patchbay_cascadeur.win32_timer as win32_timer

    assert win32_timer.Win32Timer.name == "win32"
