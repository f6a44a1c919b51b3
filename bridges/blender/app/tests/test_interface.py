# SPDX-License-Identifier: GPL-3.0-or-later
"""The add-on in a Blender with a real window, on a screen that only exists in memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from blender import APP, environment
from bridge import Bridge, RpcError
from picture import Picture, is_red


class Window:
    """A Blender that an artist sits at."""

    def __init__(self, folder: Path) -> None:
        program, screen = shutil.which(os.environ.get("PATCHBAY_BLENDER", "blender")), shutil.which("xvfb-run")
        if program is None or screen is None or Path(program).name.startswith("python"):
            pytest.skip("there is no Blender with a window, or no xvfb-run, on this machine")
        addons = folder / "scripts" / "addons"
        addons.mkdir(parents=True)
        (addons / "patchbay").symlink_to(APP / "patchbay")
        self.orders = folder / "orders"
        self.bridge = Bridge(folder)
        paths = {"BLENDER_USER_SCRIPTS": str(folder / "scripts"), "PATCHBAY_LINKS": str(self.bridge.links)}
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [
                    *(screen, "-a", "-s", "-screen 0 1024x768x24", program, "--factory-startup"),
                    *("--addons", "patchbay", "--window-geometry", "0", "0", "1024", "768"),
                    *("--python", str(APP / "tests" / "artist.py"), "--", str(self.orders)),
                ],
                env=environment() | paths,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def close(self) -> None:
        # xvfb-run leaves its screen behind when only Blender is ended
        os.killpg(self.process.pid, 15)
        self.process.wait()
        self.bridge.__exit__()

    def artist(self, order: str) -> None:
        """Does it as the artist, and waits until it is done."""
        self.orders.with_suffix(".new").write_text(order)
        self.orders.with_suffix(".new").rename(self.orders)
        until = time.monotonic() + 30
        while self.orders.exists():
            assert time.monotonic() < until, f"the artist did not {order}"
            time.sleep(0.02)

    def told(self, event: str, timeout: float = 30) -> Any:
        return self.bridge.wait_for("event", lambda each: each["event"] == event, timeout)["data"]

    def edits(self) -> list[Any]:
        return [each for each in self.bridge.notifications if each["params"].get("event") == "human_edit"]


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    window = Window(tmp_path_factory.mktemp("window"))
    try:
        window.bridge.wait_linked(60)
        yield window
    finally:
        window.close()


@pytest.fixture
def window(process: Window) -> Window:
    process.bridge.run("new_file", discard=True)
    process.told("file_opened")
    process.bridge.run("create_object", type="cube", name="Hero", color=[1, 0, 0])
    process.bridge.forget_notifications()
    return process


def test_it_connects_by_itself_and_shows_its_panel(process: Window) -> None:
    assert process.bridge.hello["background"] is False
    code = "result = bpy.types.PATCHBAY_PT_panel.bl_category"
    assert process.bridge.run("execute_python", code=code)["result"] == "Patchbay"
    assert process.bridge.ask("ping") == {}
    process.bridge.wait_for("heartbeat", timeout=30)


def test_commands_are_undo_steps_and_no_persons_edits(window: Window) -> None:
    bridge = window.bridge
    bridge.run("transform_object", object="Hero", location=[1, 2, 3])
    bridge.run("set_material", object="Hero", metallic=1)
    bridge.run("create_light", type="sun", above="Hero")
    bridge.run("create_camera", target="Hero")
    assert bridge.run("undo", steps=3) == {"steps": 3}
    assert set(bridge.ask("snapshot")["objects"]) == {"Hero"}
    assert bridge.run("redo", steps=3) == {"steps": 3}
    assert bridge.ask("snapshot")["active_camera"] == "Camera"
    # Blender redraws, and whatever it has put off until then is told
    bridge.run("set_timeline", current=9)
    assert window.told("frame_changed") == {"frame": 9}
    window.artist("move_hero")
    assert window.told("human_edit")["objects"] == ["Hero"]
    assert len(window.edits()) == 1


def test_a_group_of_commands_is_one_undo_step(window: Window) -> None:
    bridge = window.bridge
    bridge.ask("group_begin", {"label": "Light the hero"})
    bridge.run("create_light", type="sun", above="Hero")
    bridge.run("create_camera", target="Hero")
    bridge.run("transform_object", object="Hero", location=[1, 2, 3])
    assert bridge.ask("group_end", {"outcome": "keep"}) == {"undone": False}
    assert bridge.run("undo") == {"steps": 1}
    assert set(bridge.ask("snapshot")["objects"]) == {"Hero"}
    assert bridge.ask("snapshot")["objects"]["Hero"]["location"] == [0, 0, 0]
    assert bridge.run("redo") == {"steps": 1}
    assert len(bridge.ask("snapshot")["objects"]) == 3
    bridge.ask("group_begin", {"label": "Clear the stage"})
    bridge.run("delete_object", object="Hero")
    assert bridge.ask("group_end", {"outcome": "undo"}) == {"undone": True}
    assert len(bridge.ask("snapshot")["objects"]) == 3


def test_a_group_in_which_a_person_works_too_is_not_said_to_be_undone(window: Window) -> None:
    window.bridge.ask("group_begin", {"label": "Together"})
    window.bridge.run("create_object", type="sphere", name="Ball")
    window.artist("move_hero")
    assert window.told("human_edit")["objects"] == ["Hero"]
    assert window.bridge.ask("group_end", {"outcome": "undo"}) == {"undone": False}
    assert window.bridge.ask("snapshot")["objects"]["Hero"]["location"] == [0, 0, 1]


def test_a_link_that_breaks_ends_its_group_and_keeps_what_was_done(window: Window) -> None:
    bridge = window.bridge
    bridge.ask("group_begin", {"label": "Half a set"})
    bridge.run("create_object", type="sphere", name="Ball")
    bridge.run("create_object", type="cone", name="Tree")
    bridge.drop()
    bridge.wait_linked(30)
    assert set(bridge.ask("snapshot")["objects"]) == {"Hero", "Ball", "Tree"}
    bridge.ask("group_begin", {"label": "Another"})
    bridge.ask("group_end", {"outcome": "keep"})
    assert bridge.run("undo") == {"steps": 1}
    assert set(bridge.ask("snapshot")["objects"]) == {"Hero"}


def test_what_a_person_does_is_told_and_can_be_undone(window: Window) -> None:
    window.artist("move_hero")
    assert window.told("human_edit")["objects"] == ["Hero"]
    assert window.bridge.wait_for("state_changed", lambda each: each["cause"] == "human")
    assert window.bridge.ask("snapshot")["objects"]["Hero"]["location"] == [0, 0, 1]
    assert window.bridge.run("undo") == {"steps": 1}
    assert window.bridge.ask("snapshot")["objects"]["Hero"]["location"] == [0, 0, 0]


def test_commands_leave_edit_mode_first(window: Window) -> None:
    window.artist("edit_hero")
    assert window.bridge.run("create_object", type="sphere", name="Ball")["name"] == "Ball"
    assert window.bridge.run("get_object", object="Hero")["mesh"]["vertices"] == 8
    assert window.bridge.run("execute_python", code="result = bpy.context.mode")["result"] == "OBJECT"


def test_a_refused_command_keeps_what_could_be_done_again(window: Window) -> None:
    window.bridge.run("undo")
    for args in ({"object": "Nobody"}, {"object": "Hero", "location": "up"}):
        with pytest.raises(RpcError):
            window.bridge.run("transform_object", **args)
    assert window.bridge.run("redo") == {"steps": 1}
    assert set(window.bridge.ask("snapshot")["objects"]) == {"Hero"}


def test_the_artists_view_is_captured_and_rendered(window: Window) -> None:
    bridge = window.bridge
    bridge.run("create_camera", target="Hero")
    bridge.run("create_light", type="sun", above="Hero")
    captured = bridge.run("capture_viewport", width=320, height=180)
    assert captured["view"] == "current"
    assert Picture(Path(captured["image"]["$file"]["path"])).share(is_red) > 0.01
    rendered = bridge.run("render_image", width=160, height=90, engine="workbench")
    assert Picture(Path(rendered["image"]["$file"]["path"])).share(is_red) > 0.05
    assert window.told("render_finished")["width"] == 160
    assert window.edits() == []


def test_the_link_outlives_files(window: Window) -> None:
    bridge = window.bridge
    assert bridge.run("save_file", name="shot")["dirty"] is False
    with pytest.raises(RpcError) as caught:
        bridge.run("create_object", type="cube")
        bridge.run("new_file")
    assert caught.value.code == "CONFLICT"
    assert bridge.run("open_file", name="shot", discard=True) == {"name": "shot.blend", "dirty": False}
    assert window.told("file_opened") == {"name": "shot.blend"}
    assert set(bridge.ask("snapshot")["objects"]) == {"Hero"}
    assert bridge.run("new_file", template="default")["dirty"] is False
    assert "Cube" in bridge.ask("snapshot")["objects"]


def test_a_bridge_that_goes_is_looked_for_again(window: Window) -> None:
    window.bridge.send({"jsonrpc": "2.0", "method": "shutdown"})
    window.bridge.drop()
    window.bridge.wait_linked(30)
    assert window.bridge.ask("ping") == {}
    assert window.process.poll() is None


def test_the_artist_disconnects_and_connects(window: Window) -> None:
    window.artist("disconnect")
    window.bridge.drop()
    assert not window.bridge.linked(1)
    window.artist("connect")
    window.bridge.wait_linked(30)
    assert window.bridge.ask("ping") == {}


def step(window: Window, command_id: str, direction: str = "undo") -> bool:
    return bool(window.bridge.ask("step_back", {"direction": direction, "id": command_id})["moved"])


def moved_hero(window: Window, command_id: str) -> str:
    args = {"object": "Hero", "location": [1, 2, 3]}
    window.bridge.ask("execute", {"command": "transform_object", "args": args, "id": command_id})
    return command_id


def hero(window: Window) -> Any:
    return window.bridge.ask("snapshot")["objects"]["Hero"]["location"]


def test_a_command_is_taken_back_by_its_id_and_done_again(window: Window) -> None:
    first = moved_hero(window, "move-1")
    # whatever the window draws meanwhile is no person's doing
    time.sleep(1)
    assert step(window, first)
    assert hero(window) == [0, 0, 0]
    time.sleep(0.5)
    assert step(window, first, "redo")
    assert hero(window) == [1, 2, 3]


@pytest.mark.parametrize("order", ["move_hero", "select_all", "set_resolution", "edit_hero", "take_back"])
def test_whatever_the_artist_did_last_is_not_taken_back(window: Window, order: str) -> None:
    first = moved_hero(window, f"move-{order}")
    window.artist(order)
    before = window.bridge.ask("snapshot")
    assert not step(window, first)
    assert window.bridge.ask("snapshot") == before
