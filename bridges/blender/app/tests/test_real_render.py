# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures that a real Blender makes: renders, animations, captures of the viewport."""

from __future__ import annotations

import pytest
from blender import Blender
from bridge import RpcError
from picture import Picture, is_red
from undoing import undone

RED = [1.0, 0.0, 0.0]


def test_a_render_shows_the_red_cube(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero", color=RED, location=[1, 2, 0.5])
    blender.run("create_light", type="sun", above="Hero")
    blender.run("create_camera", target="Hero")
    blender.run("set_timeline", current=7)
    before = blender.state()
    done = blender.run("render_image", width=320, height=180, samples=8)
    assert (done["width"], done["height"], done["frame"], done["camera"]) == (320, 180, 7, "Camera")
    picture = Picture(blender.file_of(done["image"]))
    assert (picture.width, picture.height) == (320, 180)
    assert is_red(picture.middle)
    assert 0.1 < picture.share(is_red) < 0.6
    corner = picture.pixel(0, 0)
    assert min(corner) > 40
    assert not is_red(corner)
    assert blender.state() == before
    event = blender.bridge.wait_for("event", lambda each: each["event"] == "render_finished")
    assert (event["data"]["width"], event["data"]["frame"], event["data"]["engine"]) == (320, 7, done["engine"])
    assert not blender.file_of(done["image"]).parent.samefile(blender.bridge.work_dir)


@pytest.mark.parametrize("engine", ["workbench", "eevee", "cycles"])
def test_every_engine_shows_the_red_cube(blender: Blender, engine: str) -> None:
    if engine not in blender.bridge.hello["capabilities"]["engines"]:
        pytest.skip(f"this Blender has no {engine}")
    blender.run("create_object", type="cube", name="Hero", color=RED)
    blender.run("create_light", type="sun", above="Hero")
    blender.run("create_camera", target="Hero")
    done = blender.run("render_image", width=128, height=72, samples=4, engine=engine)
    assert done["engine"] == engine
    assert Picture(blender.file_of(done["image"])).share(is_red) > 0.1


def test_a_render_has_the_format_the_frame_and_the_camera_that_were_asked_for(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero", color=RED)
    blender.run("create_camera", name="Eye", target="Hero", active=False)
    size = {"width": 64, "height": 36, "samples": 1, "engine": "workbench"}
    jpeg = blender.run("render_image", **size, camera="Eye", format="jpeg", frame=12, name="shot")
    assert (jpeg["image"]["$file"]["name"], jpeg["image"]["$file"]["mediaType"]) == ("shot.jpg", "image/jpeg")
    assert blender.file_of(jpeg["image"]).read_bytes()[:2] == b"\xff\xd8"
    assert jpeg["frame"] == 12
    clear = blender.run("render_image", **size, camera="Eye", transparent=True)
    assert Picture(blender.file_of(clear["image"])).pixel(0, 0)[3] == 0
    assert blender.run("render_image", **size)["camera"] == "Eye"
    assert blender.state()["active_camera"] is None
    assert blender.refused("render_image", camera="Hero").code == "INVALID_ARGUMENTS"
    assert blender.refused("render_image", camera="Nobody").context["available"] == ["Eye", "Hero"]
    blender.run("create_camera", name="Spare", active=False)
    error = blender.refused("render_image", **size)
    assert (error.code, error.context["available"]) == ("COMMAND_FAILED", ["Eye", "Spare"])


def test_a_scene_without_a_camera_gets_one_that_sees_everything(blender: Blender) -> None:
    for name, x in [("Left", -8), ("Right", 8)]:
        blender.run("create_object", type="cube", name=name, color=RED, location=[x, 0, 0])
    blender.run("create_object", type="cube", name="Hidden", location=[0, 900, 0])
    blender.run("update_object", object="Hidden", visible=False)
    before = blender.state()
    done = blender.run("render_image", width=160, height=90, samples=1, engine="workbench")
    assert (done["camera"], done["camera_added"]) == ("Camera", True)
    assert blender.state()["active_camera"] == "Camera"
    picture = Picture(blender.file_of(done["image"]))
    red = [x for x in range(160) for y in range(90) if is_red(picture.pixel(x, y))]
    assert 0 < min(red) < 70
    assert 90 < max(red) < 159
    again = blender.run("render_image", width=160, height=90, samples=1, engine="workbench")
    assert (again["camera"], again["camera_added"]) == ("Camera", False)
    undone(blender, before)
    tall = blender.run("render_animation", width=90, height=160, samples=1, engine="workbench", start=1, end=2)
    assert (tall["camera"], tall["camera_added"]) == ("Camera", True)
    picture = Picture(blender.file_of(tall["frames"][0]["image"]))
    assert not any(is_red(picture.pixel(x, y)) for x in (0, 89) for y in range(160))
    assert picture.share(is_red) > 0.002


def test_a_camera_goes_with_the_render_that_is_cancelled(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero")
    before = blender.state()
    running = blender.bridge.start("render_animation", width=64, height=36, samples=1, engine="workbench")
    blender.bridge.wait_for("$/progress", lambda each: each["value"]["data"]["frame"] == 3)
    blender.bridge.cancel(running)
    with pytest.raises(RpcError) as caught:
        blender.bridge.result_of(running)
    assert caught.value.code == "CANCELLED"
    assert blender.state() == before


def test_a_scene_without_a_light_is_no_black_picture(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero", color=RED)
    done = blender.run("render_image", width=96, height=54, samples=8)
    picture = Picture(blender.file_of(done["image"]))
    assert is_red(picture.middle)
    assert max(picture.middle) > 60
    assert min(picture.pixel(0, 0)[:3]) > 60


def test_pictures_are_as_the_scene_is_set(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero", color=RED)
    before = blender.state()
    assert (before["render"]["width"], before["render"]["height"], before["render"]["samples"]) == (960, 540, 32)
    done = blender.run("set_render", width=128, height=64, samples=2, engine="workbench")
    assert done.pop("previous") == before["render"]
    assert done == {"engine": "workbench", "width": 128, "height": 64, "samples": 2}
    undone(blender, before)
    blender.run("set_render", width=128, height=64, samples=2, engine="workbench")
    assert blender.state()["render"] == done
    rendered = blender.run("render_image")
    assert (rendered["width"], rendered["height"], rendered["engine"]) == (128, 64, "workbench")
    assert blender.run("render_image", height=32)["width"] == 64
    assert blender.state()["render"] == done


def test_an_animation_is_rendered_frame_by_frame_with_progress(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero", color=RED)
    blender.run("create_camera", target="Hero")
    blender.run("animate_object", object="Hero", **{"from": [-9, 0, 0]}, to=[0, 0, 0], start=1, end=3)
    done = blender.run("render_animation", width=64, height=36, samples=1, engine="workbench", start=1, end=3, step=2)
    assert [each["frame"] for each in done["frames"]] == [1, 3]
    first, last = (Picture(blender.file_of(each["image"])) for each in done["frames"])
    assert last.share(is_red) > first.share(is_red)
    messages = [each["params"] for each in blender.bridge.notifications if each["method"] == "$/progress"]
    assert {each["token"] for each in messages} == {"command-render_animation"}
    fractions = [each["value"]["fraction"] for each in messages]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1


def test_an_animation_is_cancelled_between_frames_and_leaves_no_files(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero")
    blender.run("create_camera", target="Hero")
    outgoing = blender.bridge.work_dir / "outgoing"
    before, files = blender.state(), set(outgoing.iterdir())
    running = blender.bridge.start("render_animation", width=64, height=36, samples=1, engine="workbench")
    blender.bridge.wait_for("$/progress", lambda each: each["value"]["data"]["frame"] == 3)
    blender.bridge.cancel(running)
    with pytest.raises(RpcError) as caught:
        blender.bridge.result_of(running)
    assert caught.value.code == "CANCELLED"
    assert blender.state() == before
    assert set(outgoing.iterdir()) == files


@pytest.mark.parametrize("view", ["current", "camera", "front", "right", "top", "perspective"])
def test_the_viewport_is_captured(blender: Blender, view: str) -> None:
    blender.run("create_object", type="cube", name="Hero", color=RED)
    blender.run("create_camera", target="Hero")
    blender.bridge.forget_notifications()
    before = blender.state()
    done = blender.run("capture_viewport", view=view, width=160, height=90)
    assert done["view"] == ("perspective" if view == "current" else view)
    assert Picture(blender.file_of(done["image"])).share(is_red) > 0.1
    assert blender.state() == before
    assert not any(each["method"] == "event" for each in blender.bridge.notifications)


def test_the_viewport_shows_wires_and_needs_a_camera_to_look_through_one(blender: Blender) -> None:
    blender.run("create_object", type="grid", name="Hero", color=RED)
    size = {"width": 320, "height": 180}
    before = blender.state()
    wires = Picture(blender.file_of(blender.run("capture_viewport", shading="wireframe", **size)["image"]))
    solid = Picture(blender.file_of(blender.run("capture_viewport", **size)["image"]))
    drawn = [each.share(lambda pixel: pixel[0] > pixel[1] + 20) for each in (wires, solid)]
    assert 0.005 < drawn[0] < 0.8 * drawn[1]
    assert blender.state() == before
    assert blender.refused("capture_viewport", view="camera").code == "COMMAND_FAILED"
