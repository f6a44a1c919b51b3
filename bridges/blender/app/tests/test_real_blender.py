# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command on a real Blender in the background, with its undo, and what has to be refused."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path
from struct import pack
from typing import Any

import pytest
from blender import APP, Blender
from bridge import Bridge, RpcError
from picture import Picture, is_red

RED = [1.0, 0.0, 0.0]


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blender]:
    with Bridge(tmp_path_factory.mktemp("bridge")) as bridge:
        blender = Blender(bridge)
        try:
            yield blender
        finally:
            blender.close()


@pytest.fixture
def blender(process: Blender) -> Blender:
    """An empty scene."""
    process.run("new_file", discard=True)
    process.bridge.forget_notifications()
    return process


def undone(blender: Blender, before: Any) -> None:
    """Undo brings back what was, and redo what became of it."""
    after = blender.state()
    assert after != before
    assert blender.run("undo") == {"steps": 1}
    assert _clean(blender.state()) == _clean(before)
    assert blender.run("redo") == {"steps": 1}
    assert _clean(blender.state()) == _clean(after)
    blender.run("undo")


def _clean(state: Any) -> Any:
    return {**state, "file": None}


def png(width: int = 4, height: int = 4, color: bytes = b"\x00\xff\x00") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return pack(">I", len(body)) + kind + body + pack(">I", zlib.crc32(kind + body))

    rows = (b"\x00" + color * width) * height
    header = pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_it_says_what_it_is(process: Blender) -> None:
    hello = process.bridge.hello
    assert hello["app"] == "blender"
    assert hello["background"] is True
    assert hello["protocol"] == 1
    assert {"eevee", "workbench"} <= set(hello["capabilities"]["engines"])
    assert {"fbx", "obj", "stl"} <= set(hello["capabilities"]["export_formats"])


def test_its_arguments_are_the_manifests(process: Blender) -> None:
    expected = json.loads(_deno("check_arguments.ts", ""))
    code = """
from patchbay.commands import COMMANDS
def plain(value):
    return [plain(each) for each in value] if isinstance(value, (list, tuple)) else value
result = {
    name: {
        key: {"required": field.required, "default": plain(field.default)} for key, field in command.arguments.items()
    }
    for name, command in COMMANDS.items()
}
"""
    found = process.run("execute_python", code=code)["result"]
    for name, fields in expected.items():
        for key, field in fields.items():
            # the schema does not tell the default of what it transforms
            if field["default"] is None and not field["required"]:
                found[name][key]["default"] = None
    assert found == expected


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        *((each, "mesh") for each in ("cube", "sphere", "icosphere", "plane", "circle")),
        *((each, "mesh") for each in ("cylinder", "cone", "torus", "grid", "monkey")),
        *((each, "curve") for each in ("curve", "bezier_circle", "nurbs_curve", "nurbs_circle", "path")),
        ("empty", "empty"),
        ("text", "text"),
    ],
)
def test_everything_that_can_be_made_is_made(blender: Blender, kind: str, type_: str) -> None:
    before = blender.state()
    made = blender.run("create_object", type=kind, location=[1, 2, 0.5], rotation=[0, 0, 45], scale=[1, 1, 2], size=3)
    assert made["type"] == type_
    assert made["name"] == kind.replace("_", " ").title()
    assert (made["location"], made["rotation"], made["scale"]) == ([1, 2, 0.5], [0, 0, 45], [1, 1, 2])
    if kind in {"cube", "sphere", "plane", "circle", "torus", "grid", "nurbs_circle", "bezier_circle"}:
        assert made["dimensions"][0] == pytest.approx(3, rel=0.02)
    if kind == "cube":
        assert made["dimensions"] == [3, 3, 6]
    undone(blender, before)


def test_an_object_is_made_with_colour_parent_collection_and_text(blender: Blender) -> None:
    blender.run("create_collection", name="Set")
    blender.run("create_object", type="empty", name="Rig", location=[5, 0, 0])
    cube = blender.run("create_object", type="cube", name="Hero", color=RED, collection="Set", parent="Rig")
    assert (cube["parent"], cube["collections"], cube["materials"]) == ("Rig", ["Set"], ["Hero"])
    details = blender.run("get_object", object="Hero")
    assert details["material_details"][0]["color"] == RED
    # a child's place is where it was asked for, in the world
    assert details["bounds"] == {"min": [-1, -1, -1], "max": [1, 1, 1]}
    assert blender.run("get_object", object="Rig")["children"] == ["Hero"]
    blender.run("create_object", type="text", name="Title", text="Grüße")
    assert blender.run("get_object", object="Title")["text"] == "Grüße"


def test_a_name_that_is_taken_gets_a_number_and_the_first_keeps_its_own(blender: Blender) -> None:
    for name in ("Hero", "Hero.001"):
        assert blender.run("create_object", type="cube", name="Hero")["name"] == name
    blender.run("create_object", type="empty", name="Other", location=[7, 0, 0])
    assert blender.run("update_object", object="Other", name="Hero")["name"] == "Hero.002"
    assert blender.objects()["Hero"]["type"] == "mesh"


def test_objects_are_changed(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero")
    before = blender.state()
    changed = blender.run("update_object", object="Hero", name="Star", visible=False, smooth=True)
    assert (changed["name"], changed["visible"]) == ("Star", False)
    undone(blender, before)
    blender.run("create_object", type="text", name="Title")
    blender.run("update_object", object="Title", text="Hello")
    assert blender.run("get_object", object="Title")["text"] == "Hello"
    blender.run("create_camera", name="Eye")
    blender.run("update_object", object="Eye", focal_length=85)
    assert blender.run("get_object", object="Eye")["camera"] == {"focal_length": 85, "active": True}


def test_objects_are_moved_turned_and_scaled(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero")
    before = blender.state()
    moved = blender.run("transform_object", object="Hero", location=[1, 2, 3], rotation=[10, 20, 30], scale=[1, 2, 3])
    assert (moved["location"], moved["rotation"], moved["scale"]) == ([1, 2, 3], [10, 20, 30], [1, 2, 3])
    undone(blender, before)
    for args, key, expected in [
        ({"offset": [1, 0, 0]}, "location", [1, 0, 0]),
        ({"direction": "up", "distance": 2}, "location", [1, 0, 2]),
        ({"direction": "forward"}, "location", [1, -1, 2]),
        ({"angle": 90}, "rotation", [0, 0, 90]),
        ({"angle": -30, "axis": "x"}, "rotation", [-30, 0, 90]),
        ({"factor": 2}, "scale", [2, 2, 2]),
    ]:
        assert blender.run("transform_object", object="Hero", **args)[key] == pytest.approx(expected)


def test_objects_are_copied(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero", color=RED)
    before = blender.state()
    copies = blender.run("duplicate_object", object="Hero", count=3, offset=[2, 0, 0])
    assert copies["names"] == ["Hero.001", "Hero.002", "Hero.003"]
    assert [blender.objects()[each]["location"][0] for each in copies["names"]] == [2, 4, 6]
    undone(blender, before)
    linked = blender.run("duplicate_object", object="Hero", name="Twin", linked=True, location=[0, 5, 0])
    assert (linked["name"], linked["location"]) == ("Twin", [0, 5, 0])
    meshes = {mesh["name"]: mesh["users"] for mesh in blender.run("list_assets", kind="meshes")["meshes"]}
    assert meshes["Hero"] == 2


def test_objects_are_removed_and_their_children_stay(blender: Blender) -> None:
    blender.run("create_object", type="empty", name="Rig", location=[5, 0, 0])
    blender.run("create_object", type="cube", name="Child", parent="Rig", location=[1, 1, 1])
    before = blender.state()
    assert blender.run("delete_object", object="Rig") == {"deleted": ["Rig"]}
    assert blender.objects()["Child"]["location"] == [1, 1, 1]
    undone(blender, before)
    assert set(blender.run("delete_object", object="Rig", children=True)["deleted"]) == {"Rig", "Child"}
    assert blender.run("list_assets", kind="meshes")["meshes"] == []


def test_parents_come_and_go(blender: Blender) -> None:
    blender.run("create_object", type="empty", name="Rig", location=[5, 0, 0], rotation=[0, 0, 90])
    blender.run("create_object", type="cube", name="Hero", location=[1, 0, 0])
    before = blender.state()
    assert blender.run("parent_object", object="Hero", parent="Rig")["parent"] == "Rig"
    assert blender.run("get_object", object="Hero")["bounds"]["min"] == [0, -1, -1]
    undone(blender, before)
    blender.run("parent_object", object="Hero", parent="Rig", keep_transform=False)
    assert blender.run("get_object", object="Hero")["bounds"]["min"] == pytest.approx([4, 0, -1], abs=1e-5)
    freed = blender.run("parent_object", object="Hero", parent=None)
    assert freed["parent"] is None
    assert freed["location"] == pytest.approx([5, 1, 0], abs=1e-5)
    error = blender.refused("parent_object", object="Hero", parent="Hero")
    assert error.code == "COMMAND_FAILED"


def test_collections_are_made_and_filled(blender: Blender) -> None:
    before = blender.state()
    assert blender.run("create_collection", name="Set") == {"name": "Set", "parent": None, "objects": []}
    undone(blender, before)
    blender.run("create_collection", name="Set")
    assert blender.run("create_collection", name="Props", parent="Set")["parent"] == "Set"
    blender.run("create_object", type="cube", name="Hero")
    assert blender.run("move_to_collection", object="Hero", collection="Props")["collections"] == ["Props"]
    assert blender.run("move_to_collection", object="Hero", collection="New")["collections"] == ["New"]
    error = blender.refused("move_to_collection", object="Hero", collection="Prop", create=False)
    assert (error.code, error.context["available"][0]) == ("NOT_FOUND", "Props")
    assert blender.state()["collections"]["Props"] == {"parent": "Set", "objects": []}


def test_materials_are_set(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero", color=RED)
    before = blender.run("get_object", object="Hero")
    values = {"metallic": 1.0, "roughness": 0.25, "alpha": 0.5, "transmission": 0.75}
    set_ = blender.run("set_material", object="Hero", color=[0, 0, 1], **values, emission_strength=2)
    assert set_["name"] == "Hero"
    material = set_["material"]
    assert {key: material[key] for key in values} == values
    assert (material["color"], material["emission_color"], material["emission_strength"]) == ([0, 0, 1], [0, 0, 1], 2)
    blender.run("undo")
    assert blender.run("get_object", object="Hero") == before
    # what another object uses too is copied first
    blender.run("duplicate_object", object="Hero", name="Twin")
    blender.run("set_material", object="Twin", color=[0, 1, 0])
    assert blender.run("get_object", object="Hero")["material_details"][0]["color"] == RED
    shared = blender.run("set_material", object="Hero", material="Paint", emission_color=[1, 1, 0])["material"]
    assert (shared["name"], shared["emission_color"]) == ("Paint", [1, 1, 0])


def test_an_image_becomes_a_texture_and_stays_in_the_document(blender: Blender) -> None:
    blender.run("create_object", type="plane", name="Floor", size=4)
    texture = blender.incoming(png(), "grass.png")
    material = blender.run("set_material", object="Floor", texture=texture)["material"]
    assert material["texture"] == "grass.png"
    blender.file_of(texture).unlink()
    assert blender.run("list_assets", kind="images")["images"][0]["width"] == 4
    blender.run("create_light", type="sun")
    blender.run("create_camera", target="Floor", location=[0, -0.5, 6])
    image = blender.run("render_image", width=64, height=36, samples=4)["image"]
    red, green, blue = Picture(blender.file_of(image)).middle[:3]
    assert green > 2 * max(red, blue)


def test_lights_stand_where_they_show_something(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero", location=[1, 2, 0.5])
    before = blender.state()
    sun = blender.run("create_light", type="sun", above="Hero")
    assert sun["light"] == {
        "type": "sun",
        "energy": 3,
        "color": [1, 1, 1],
        "size": pytest.approx(0.526, abs=0.01),
        "spot_angle": None,
    }
    assert sun["location"][2] == pytest.approx(0.5 + 1 + 4)
    assert sun["rotation"] != [0, 0, 0]
    undone(blender, before)
    spot = blender.run(
        "create_light", type="spot", target="Hero", location=[0, 0, 5], spot_angle=30, energy=200, color=RED
    )
    assert (spot["light"]["spot_angle"], spot["light"]["energy"], spot["light"]["color"]) == (30, 200, RED)
    assert blender.run("create_light", type="area", size=2)["light"]["size"] == 2
    point = blender.run("create_light", name="Lamp")
    assert (point["light"]["type"], point["light"]["energy"], point["location"]) == ("point", 1000, [0, 0, 4])


def test_lights_are_changed(blender: Blender) -> None:
    blender.run("create_light", name="Lamp")
    before = blender.run("get_object", object="Lamp")
    light = blender.run("update_light", object="Lamp", type="sun", energy=2, factor=3, color=RED, size=10)["light"]
    assert light == {"type": "sun", "energy": 6, "color": RED, "size": 10, "spot_angle": None}
    blender.run("undo")
    assert blender.run("get_object", object="Lamp") == before
    assert blender.refused("update_light", object="Lamp", spot_angle=30).issues[0]["path"] == ["spot_angle"]
    blender.run("create_object", type="cube", name="Hero")
    assert blender.refused("update_light", object="Hero", energy=1).code == "INVALID_ARGUMENTS"


def test_the_world_is_set(blender: Blender) -> None:
    assert blender.run("set_world", color=[0, 0, 1], strength=0.5) == {
        "color": [0, 0, 1],
        "strength": 0.5,
        "image": None,
    }
    sky = blender.run("set_world", image=blender.incoming(png(8, 4), "sky.png"))
    assert sky["image"] == "sky.png"
    assert blender.run("undo") == {"steps": 1}
    assert blender.run("set_world", strength=0.5)["image"] is None


def test_cameras_see_what_they_are_for(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero", color=RED, location=[10, 20, 30])
    blender.run("create_light", type="sun", above="Hero")
    before = blender.state()
    first = blender.run("create_camera", target="Hero", focal_length=35)
    assert first["camera"] == {"focal_length": 35, "active": True}
    undone(blender, before)
    blender.run("create_camera", target="Hero", name="Near")
    far = blender.run("create_camera", name="Far", target="Hero", location=[10, -2000, 30], active=False)
    assert far["camera"]["active"] is False
    assert blender.state()["active_camera"] == "Near"
    assert blender.run("set_active_camera", camera="Far") == {"name": "Far"}
    assert set(blender.refused("set_active_camera", camera="Hero").context["available"]) == {"Far", "Near"}
    before = blender.state()
    turned = blender.run("look_at", object="Far", point=[10, 20, 1000])
    assert turned["rotation"][0] == pytest.approx(90 + math.degrees(math.atan(970 / 2020)), abs=0.01)
    undone(blender, before)
    blender.run("look_at", object="Hero", target="Near")
    for wrong in ({}, {"target": "Hero", "point": [0, 0, 0]}, {"target": "Far"}):
        assert blender.refused("look_at", object="Far", **wrong).code == "INVALID_ARGUMENTS"


@pytest.mark.parametrize(
    ("kind", "args"),
    [
        ("subdivision", {"levels": 1}),
        ("bevel", {"width": 0.2}),
        ("solidify", {"thickness": 0.3}),
        ("mirror", {"axis": "y"}),
        ("array", {"count": 4, "offset": [0, 1.5, 0]}),
        ("boolean", {"other": "Cutter"}),
        ("decimate", {"ratio": 0.2}),
        ("triangulate", {}),
        ("wireframe", {}),
        ("smooth", {}),
    ],
)
def test_modifiers_come_and_go(blender: Blender, kind: str, args: dict[str, Any]) -> None:
    blender.run("create_object", type="cube", name="Hero")
    blender.run("create_object", type="sphere", name="Cutter", location=[1, 1, 1])
    before = blender.run("get_object", object="Hero")
    added = blender.run("add_modifier", object="Hero", type=kind, **args)
    assert added["modifiers"] == [{"name": kind.title(), "type": kind}]
    if kind == "array":
        assert blender.objects()["Hero"]["dimensions"] == [2, 11, 2]
    blender.run("undo")
    assert blender.run("get_object", object="Hero") == before
    blender.run("redo")
    assert blender.run("remove_modifier", object="Hero", modifier=kind)["modifiers"] == []


def test_modifiers_that_cannot_be_are_refused(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero")
    blender.run("create_object", type="empty", name="Rig")
    assert blender.refused("add_modifier", object="Hero", type="boolean").issues[0]["path"] == ["other"]
    assert blender.refused("add_modifier", object="Hero", type="boolean", other="Hero").code == "INVALID_ARGUMENTS"
    assert blender.refused("add_modifier", object="Rig", type="bevel").code == "INVALID_ARGUMENTS"
    assert blender.refused("remove_modifier", object="Hero", modifier="Bevel").code == "NOT_FOUND"


def test_keyframes_move_things(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero", location=[1, 0, 0])
    before = blender.state()
    assert blender.run("insert_keyframe", object="Hero")["keyframes"] == [1]
    blender.run("undo")
    assert blender.state()["objects"] == before["objects"]
    blender.run("insert_keyframe", object="Hero", frame=1, location=[0, 0, 0], interpolation="linear")
    blender.run("insert_keyframe", object="Hero", frame=11, location=[10, 0, 0], rotation=[0, 0, 90])
    blender.run("set_timeline", current=6)
    assert blender.objects()["Hero"]["location"] == [5, 0, 0]
    assert blender.run("insert_keyframe", object="Hero", frame=6, property="location")["keyframes"] == [1, 6, 11]
    assert blender.run("get_object", object="Hero")["keyframes"] == [1, 6, 11]
    assert blender.run("clear_animation", object="Hero", property="location")["objects"] == ["Hero"]
    assert blender.run("get_object", object="Hero")["keyframes"] == [11]
    assert blender.objects()["Hero"]["location"] == [5, 0, 0]
    assert blender.run("clear_animation")["objects"] == ["Hero"]
    assert blender.run("clear_animation")["objects"] == []


def test_an_animation_goes_from_one_value_to_another(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero")
    args = {"to": [0, 0, 360], "start": 1, "end": 25, "interpolation": "linear"}
    done = blender.run("animate_object", object="Hero", property="rotation", **{"from": [0, 0, 0]}, **args)
    assert done == {"name": "Hero", "keyframes": [1, 25]}
    blender.run("set_timeline", current=13)
    assert blender.objects()["Hero"]["rotation"] == pytest.approx([0, 0, 180], abs=1e-3)
    error = blender.refused("animate_object", object="Hero", to=[1, 1, 1], start=5, end=5)
    assert error.code == "INVALID_ARGUMENTS"


def test_many_keyframes_are_one_step(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero")
    blender.run("create_light", name="Lamp")
    blender.run("create_camera", name="Eye")
    before = blender.run("get_object", object="Hero")
    tracks = [
        {
            "object": "Hero",
            "property": "location",
            "keyframes": [{"frame": i, "value": [i, 0, 0]} for i in range(1, 101)],
        },
        {
            "object": "Hero",
            "property": "visible",
            "keyframes": [{"frame": 1, "value": True}, {"frame": 50, "value": False}],
        },
        {
            "object": "Hero",
            "property": "color",
            "keyframes": [{"frame": 1, "value": RED}, {"frame": 9, "value": [0, 0, 1]}],
        },
        {"object": "Lamp", "property": "energy", "keyframes": [{"frame": 1, "value": 0}, {"frame": 20, "value": 500}]},
        {"object": "Lamp", "property": "color", "keyframes": [{"frame": 1, "value": RED}]},
        {"object": "Eye", "property": "focal_length", "keyframes": [{"frame": 1, "value": 20}]},
        {"object": "Eye", "property": "rotation", "keyframes": [{"frame": 1, "value": [90, 0, 0]}]},
        {"object": "Eye", "property": "scale", "keyframes": [{"frame": 1, "value": [1, 1, 1]}]},
    ]
    done = blender.run("set_keyframes", tracks=tracks)
    assert done["keyframes"] == 110
    assert [each["name"] for each in done["objects"]] == ["Hero", "Lamp", "Eye"]
    blender.run("set_timeline", current=60)
    hero = blender.run("get_object", object="Hero")
    assert (hero["location"], hero["visible"], len(hero["keyframes"])) == ([60, 0, 0], False, 100)
    assert hero["material_details"][0]["color"] == pytest.approx([0, 0, 1])
    assert blender.run("get_object", object="Lamp")["light"]["energy"] == 500
    again = [{"object": "Hero", "property": "location", "keyframes": [{"frame": 5, "value": [1, 1, 1]}]}]
    assert blender.run("set_keyframes", tracks=again, replace=True)["keyframes"] == 1
    assert blender.run("undo", steps=3) == {"steps": 3}
    assert blender.run("get_object", object="Hero") == before


@pytest.mark.parametrize(
    ("track", "code"),
    [
        ({"object": "Hero", "property": "energy", "keyframes": [{"frame": 1, "value": 1}]}, "COMMAND_FAILED"),
        ({"object": "Hero", "property": "location", "keyframes": [{"frame": 1, "value": 1}]}, "INVALID_ARGUMENTS"),
        ({"object": "Hero", "property": "visible", "keyframes": [{"frame": 1, "value": 1}]}, "INVALID_ARGUMENTS"),
        ({"object": "Nobody", "property": "scale", "keyframes": [{"frame": 1, "value": [1, 1, 1]}]}, "NOT_FOUND"),
    ],
)
def test_keyframes_that_do_not_fit_are_refused_all_together(blender: Blender, track: Any, code: str) -> None:
    blender.run("create_object", type="cube", name="Hero")
    good = {"object": "Hero", "property": "location", "keyframes": [{"frame": 1, "value": [9, 9, 9]}]}
    assert blender.refused("set_keyframes", tracks=[good, track]).code == code
    assert blender.run("get_object", object="Hero")["keyframes"] == []


def test_the_timeline_is_set(blender: Blender) -> None:
    before = blender.state()
    assert blender.run("set_timeline", fps=23.976, start=10, end=20, current=15) == {
        "fps": 23.976,
        "start": 10,
        "end": 20,
        "current": 15,
    }
    undone(blender, before)
    assert blender.run("set_timeline", start=300, end=400)["start"] == 300
    assert blender.refused("set_timeline", start=500).issues[0]["path"] == ["start"]


def test_a_scene_is_applied_as_a_whole(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Old")
    blender.run("create_object", type="cube", name="Hero")
    before = blender.state()
    objects = [
        {"name": "Hero", "location": [1, 2, 3], "color": RED, "metallic": 1, "emission_strength": 1, "parent": "Rig"},
        {"name": "Rig", "type": "empty", "location": [0, 0, 1]},
        {"name": "Eye", "type": "camera", "location": [8, -8, 5], "look_at": "Hero", "focal_length": 35},
        {"name": "Key", "type": "area_light", "location": [0, 0, 6], "energy": 50, "color": RED, "look_at": "Hero"},
        {"name": "Title", "type": "text", "text": "Hi", "collection": "Words", "visible": False},
    ]
    args = {"objects": objects, "remove": ["Old", "Never"], "active_camera": "Eye"}
    done = blender.run("apply_scene", **args)
    assert (done["created"], done["updated"], done["removed"]) == (["Rig", "Eye", "Key", "Title"], ["Hero"], ["Old"])
    found = {each["name"]: each for each in done["objects"]}
    assert (found["Hero"]["parent"], found["Title"]["collections"], found["Title"]["visible"]) == (
        "Rig",
        ["Words"],
        False,
    )
    after = blender.state()
    assert after["active_camera"] == "Eye"
    again = blender.run("apply_scene", **args)
    assert (again["created"], again["removed"]) == ([], [])
    assert _clean(blender.state()) == _clean(after)
    blender.run("undo", steps=2)
    assert _clean(blender.state()) == _clean(before)


@pytest.mark.parametrize(
    "wrong",
    [
        {"objects": [{"name": "New", "type": "cube"}, {"name": "Nobody"}]},
        {"objects": [{"name": "New", "type": "cube"}, {"name": "New", "type": "cube"}]},
        {"objects": [{"name": "New", "type": "cube", "parent": "Nobody"}]},
        {"objects": [{"name": "New", "type": "cube", "look_at": "New"}]},
        {"objects": [{"name": "A", "type": "empty", "parent": "B"}, {"name": "B", "type": "empty", "parent": "A"}]},
        {"objects": [{"name": "New", "type": "cube", "energy": 5}]},
        {"objects": [{"name": "New", "type": "cube"}], "active_camera": "New"},
        {"objects": [{"name": "New", "type": "cube", "parent": "Hero"}], "remove": ["Hero"]},
        {"objects": [{"name": "New", "type": "cube", "location": [0, 0, "up"]}]},
    ],
)
def test_a_scene_that_cannot_be_applied_changes_nothing(blender: Blender, wrong: dict[str, Any]) -> None:
    blender.run("create_object", type="cube", name="Hero")
    assert blender.refused("apply_scene", **wrong).code in {"NOT_FOUND", "INVALID_ARGUMENTS", "COMMAND_FAILED"}


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


@pytest.mark.parametrize(
    ("side", "gap", "expected"),
    [
        ("on", None, [1, 2, 4.0]),
        ("above", None, [1, 2, 4.5]),
        ("below", 1, [1, 2, 0.0]),
        ("left", None, [-1, 2, 2.0]),
        ("right", 0, [2.5, 2, 2.0]),
        ("front", None, [1, 0, 2.0]),
        ("behind", 2, [1, 5.5, 2.0]),
        ("inside", None, [1, 2, 2.5]),
    ],
)
def test_things_stand_next_to_each_other(blender: Blender, side: str, gap: float | None, expected: list[float]) -> None:
    blender.run("create_object", type="cube", name="Hero", location=[1, 2, 2.5], size=2)
    where = {"near": "Hero", "side": side, **({} if gap is None else {"gap": gap})}
    made = blender.run("create_object", type="cube", name="Box", size=1, **where)
    assert made["location"] == pytest.approx(expected)
    blender.run("transform_object", object="Box", location=[9, 9, 9])
    moved = blender.run("transform_object", object="Box", **where)
    assert moved["location"] == pytest.approx(expected)
    assert blender.refused("transform_object", object="Box", near="Box").code == "INVALID_ARGUMENTS"
    assert blender.refused("create_object", type="cube", near="Nobody").code == "NOT_FOUND"


def test_a_child_stands_next_to_something_in_the_world(blender: Blender) -> None:
    blender.run("create_object", type="empty", name="Root", location=[5, 0, 0], rotation=[0, 0, 90], scale=[2, 2, 2])
    blender.run("create_object", type="cube", name="Hero")
    blender.run("create_object", type="cube", name="Child", parent="Root", location=[9, 9, 9])
    blender.run("transform_object", object="Child", near="Hero", side="on")
    low = blender.run("get_object", object="Child")["bounds"]["min"]
    assert low == pytest.approx([-1, -1, 1], abs=1e-4)


@pytest.mark.parametrize(
    ("finish", "expected"),
    [
        ("shiny", {"roughness": 0.1}),
        ("matte", {"roughness": 0.9}),
        ("metallic", {"metallic": 1.0, "roughness": 0.25}),
        ("glass", {"transmission": 1.0, "roughness": 0.0}),
        ("glowing", {"emission_strength": 2.0, "emission_color": RED}),
    ],
)
def test_a_new_object_has_the_finish_that_was_asked_for(
    blender: Blender, finish: str, expected: dict[str, Any]
) -> None:
    blender.run("create_object", type="sphere", name="Ball", color=RED, finish=finish)
    material = blender.run("get_object", object="Ball")["material_details"][0]
    assert material["color"] == RED
    for key, value in expected.items():
        assert material[key] == pytest.approx(value)
    assert blender.refused("create_object", type="empty", finish=finish).code == "INVALID_ARGUMENTS"


def test_the_world_becomes_brighter_by_a_factor(blender: Blender) -> None:
    blender.run("set_world", strength=0.5)
    assert blender.run("set_world", factor=3)["strength"] == 1.5


def test_pictures_are_as_the_scene_is_set(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero", color=RED)
    before = blender.state()
    assert (before["render"]["width"], before["render"]["height"], before["render"]["samples"]) == (960, 540, 32)
    done = blender.run("set_render", width=128, height=64, samples=2, engine="workbench")
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


@pytest.mark.parametrize("kind", ["gltf", "glb", "fbx", "obj", "usd", "stl"])
def test_what_is_exported_is_imported_again(blender: Blender, kind: str) -> None:
    capabilities = blender.bridge.hello["capabilities"]
    blender.run("create_object", type="cube", name="Hero", color=RED)
    blender.run("create_object", type="cube", name="Other", location=[9, 0, 0])
    if kind not in capabilities["export_formats"]:
        error = blender.refused("export_file", format=kind)
        assert (error.code, error.context["available"]) == ("COMMAND_FAILED", capabilities["export_formats"])
        return
    before = blender.state()
    done = blender.run("export_file", format=kind, object="Hero", name="hero")
    path = blender.file_of(done["file"])
    assert done["file"]["$file"]["name"].startswith("hero.")
    assert [each["$file"]["name"] for each in done["also"]] == (["hero.mtl"] if kind == "obj" else [])
    assert blender.state() == before
    if kind == "gltf":
        assert all(each["uri"].startswith("data:") for each in json.loads(path.read_text())["buffers"])
    content, name = path.read_bytes(), done["file"]["$file"]["name"]
    whole = blender.run("export_file", format=kind)
    assert blender.file_of(whole["file"]).stat().st_size > len(content)
    blender.run("new_file", discard=True)
    before = blender.state()
    arrived = blender.run("import_file", file=blender.incoming(content, name), collection="In")["objects"]
    assert len(arrived) >= 1
    assert all(blender.objects()[each]["collections"] == ["In"] for each in arrived)
    mesh = next(each for each in blender.objects().values() if each["type"] == "mesh")
    assert mesh["dimensions"] == pytest.approx([2, 2, 2], abs=1e-4)
    undone(blender, before)


def test_a_broken_import_changes_nothing(blender: Blender) -> None:
    kinds = blender.bridge.hello["capabilities"]["import_formats"]
    for kind in [each for each in kinds if each in {"gltf", "glb", "fbx"}]:
        broken = blender.incoming(b"nonsense", f"x.{kind}")
        assert blender.refused("import_file", file=broken).code == "COMMAND_FAILED"
    unknown = blender.incoming(b"nonsense", "x.docx")
    assert blender.refused("import_file", file=unknown).issues[0]["path"] == ["format"]


def test_files_outside_the_bridges_folder_are_refused(blender: Blender, tmp_path: Path) -> None:
    outside = tmp_path / "x.obj"
    outside.write_text("v 0 0 0\n")
    link = blender.bridge.work_dir / "link.obj"
    link.symlink_to(outside)
    for path in (outside, link, blender.bridge.work_dir / ".." / "x.obj", Path("/etc/passwd")):
        file = {"$file": {"path": str(path), "name": "x.obj", "mediaType": "model/obj"}}
        assert blender.refused("import_file", file=file).issues[0]["path"] == ["file"]
        assert blender.refused("open_file", file=file, discard=True).code == "INVALID_ARGUMENTS"


def test_documents_are_saved_opened_and_begun(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero")
    assert blender.state()["file"] == {"name": None, "dirty": True}
    assert blender.refused("new_file").code == "CONFLICT"
    saved = blender.run("save_file", name="shot 1")
    assert (saved["name"], saved["dirty"], saved["file"]["$file"]["name"]) == ("shot 1.blend", False, "shot 1.blend")
    content = blender.file_of(saved["file"])
    blender.run("create_object", type="sphere", name="More")
    copy = blender.run("save_file", name="copy", copy=True)
    assert (copy["name"], copy["dirty"]) == ("shot 1.blend", True)
    blender.run("save_file")
    assert blender.run("new_file") == {"name": None, "dirty": False}
    assert blender.objects() == {}
    event = blender.bridge.wait_for("event", lambda each: each["event"] == "file_opened")
    assert event["data"] == {"name": None}
    assert blender.run("open_file", name="shot 1") == {"name": "shot 1.blend", "dirty": False}
    assert set(blender.objects()) == {"Hero", "More"}
    assert blender.refused("undo").code == "COMMAND_FAILED"
    asset = blender.incoming(content.read_bytes(), "sent.blend")
    assert blender.run("open_file", file=asset)["name"] == "sent.blend"
    assert set(blender.objects()) == {"Hero"}
    error = blender.refused("open_file", name="shot 2")
    assert (error.code, error.context["available"][0]) == ("NOT_FOUND", "shot 1")
    assert blender.refused("open_file", file=blender.incoming(b"nonsense", "x.blend")).code == "COMMAND_FAILED"
    assert blender.refused("open_file").code == "INVALID_ARGUMENTS"
    assert blender.run("new_file", template="default") == {"name": None, "dirty": False}
    assert set(blender.objects()) == {"Cube", "Light", "Camera"}
    assert blender.run("create_object", type="cube")["name"] == "Cube.001"


def test_undo_goes_back_to_where_the_document_began_and_no_further(blender: Blender) -> None:
    assert blender.refused("undo").code == "COMMAND_FAILED"
    assert blender.refused("redo").code == "COMMAND_FAILED"
    for name in ("A", "B", "C"):
        blender.run("create_object", type="cube", name=name)
    assert blender.run("undo", steps=2) == {"steps": 2}
    assert set(blender.objects()) == {"A"}
    assert blender.run("redo") == {"steps": 1}
    blender.refused("transform_object", object="Nobody")
    assert blender.run("redo", steps=9) == {"steps": 1}
    assert blender.run("undo", steps=9) == {"steps": 3}
    assert blender.objects() == {}
    blender.run("create_object", type="cube", name="D")
    assert blender.refused("redo").code == "COMMAND_FAILED"


def test_code_runs_where_it_is_allowed(blender: Blender) -> None:
    code = """
print("hi")
result = {"names": [s.name for s in bpy.data.scenes], "v": mathutils.Vector((1, 2, 3)), "n": float("nan")}
"""
    done = blender.run("execute_python", code=code)
    assert done == {"result": {"names": ["Scene"], "v": [1, 2, 3], "n": 0}, "output": "hi\n"}
    assert blender.run("execute_python", code="x = 1") == {"result": None, "output": ""}
    failing = """
print("so far")
bpy.context.scene.collection.objects.link(bpy.data.objects.new("Left", None))
1 / 0
"""
    error = blender.refused("execute_python", code=failing)
    assert (error.code, error.context["output"]) == ("COMMAND_FAILED", "so far\n")
    assert "line 4" in error.context["traceback"]
    assert "ZeroDivisionError" in str(error)
    for code in ("def", "raise SystemExit(3)"):
        assert blender.refused("execute_python", code=code).code == "COMMAND_FAILED"
    assert blender.bridge.ask("ping") == {}


def test_code_is_refused_where_it_is_not(tmp_path: Path) -> None:
    with Bridge(tmp_path, allow_code=False) as bridge:
        blender = Blender(bridge)
        try:
            assert blender.refused("execute_python", code="result = 1").code == "CODE_DISABLED"
            bridge.send({"jsonrpc": "2.0", "method": "shutdown"})
            assert blender.ended_well()
        finally:
            blender.close()


@pytest.mark.parametrize(
    ("command", "args"),
    [
        ("get_object", {}),
        ("update_object", {"visible": False}),
        ("transform_object", {"location": [1, 1, 1]}),
        ("duplicate_object", {}),
        ("delete_object", {}),
        ("parent_object", {"parent": "Hero"}),
        ("move_to_collection", {"collection": "Set"}),
        ("set_material", {"color": RED}),
        ("update_light", {"energy": 1}),
        ("look_at", {"point": [0, 0, 0]}),
        ("add_modifier", {"type": "bevel"}),
        ("remove_modifier", {"modifier": "Bevel"}),
        ("insert_keyframe", {}),
        ("animate_object", {"to": [1, 1, 1]}),
        ("clear_animation", {}),
        ("export_file", {"format": "obj"}),
    ],
)
def test_an_unknown_object_is_answered_with_what_there_is(blender: Blender, command: str, args: dict[str, Any]) -> None:
    for name in ("Zebra", "Hero", "Heroine"):
        blender.run("create_object", type="cube", name=name)
    error = blender.refused(command, object="Her0", **args)
    assert error.code == "NOT_FOUND"
    assert error.context["available"] == ["Hero", "Heroine", "Zebra"]
    assert "'Hero'" in str(error)


@pytest.mark.parametrize(
    ("command", "args", "path"),
    [
        ("create_object", {"type": "dragon"}, ["type"]),
        ("create_object", {"type": "cube", "size": "big"}, ["size"]),
        ("create_object", {"type": "cube", "size": 0}, ["size"]),
        ("create_object", {"type": "cube", "location": [1, 2]}, ["location"]),
        ("create_object", {"type": "cube", "location": [1, 2, True]}, ["location", 2]),
        ("create_object", {"type": "cube", "colour": "red"}, ["colour"]),
        ("create_object", {"type": "cube", "text": "hi"}, ["text"]),
        ("create_object", {"type": "empty", "color": RED}, ["color"]),
        ("create_object", {"type": "cube", "name": "x" * 64}, ["name"]),
        ("transform_object", {"object": "Hero", "location": None}, ["location"]),
        ("set_material", {"object": "Hero", "color": "red"}, ["color"]),
        ("set_material", {"object": "Hero", "texture": "/etc/passwd"}, ["texture"]),
        ("update_object", {"object": "Hero", "text": "hi"}, ["text"]),
        ("render_image", {"width": 1e9}, ["width"]),
        ("undo", {"steps": 1.5}, ["steps"]),
        ("save_file", {"name": "../escape"}, ["name"]),
        ("set_timeline", {"start": -5}, ["start"]),
    ],
)
def test_a_wrong_argument_is_named_and_changes_nothing(
    blender: Blender, command: str, args: dict[str, Any], path: list[Any]
) -> None:
    blender.run("create_object", type="cube", name="Hero")
    error = blender.refused(command, **args)
    assert error.code == "INVALID_ARGUMENTS"
    assert path in [issue["path"] for issue in error.issues]


def test_nan_ends_the_link_because_it_is_no_json(tmp_path: Path) -> None:
    with Bridge(tmp_path) as bridge:
        blender = Blender(bridge)
        try:
            params = {"command": "create_object", "args": {"type": "cube", "size": "NAN"}, "id": "x"}
            text = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "execute", "params": params}).replace(
                '"NAN"', "NaN"
            )
            assert bridge._connection is not None
            bridge._connection.sendall(b"Content-Length: %d\r\n\r\n" % len(text) + text.encode())
            assert blender.ended_well()
        finally:
            blender.close()


def test_an_unknown_command_is_answered_with_what_there_is(blender: Blender) -> None:
    error = blender.refused("make_coffee")
    assert error.code == "UNKNOWN_COMMAND"
    assert "create_object" in error.context["available"]


def test_blender_ends_with_its_bridge_and_not_before(tmp_path: Path) -> None:
    with Bridge(tmp_path) as bridge:
        blender = Blender(bridge)
        try:
            bridge.wait_for("heartbeat", timeout=20)
            assert blender.process.poll() is None
            bridge.drop()
            assert blender.ended_well()
        finally:
            blender.close()


def test_a_frame_that_changes_is_told(blender: Blender) -> None:
    blender.run("set_timeline", current=42)
    event = blender.bridge.wait_for("event", lambda each: each["event"] == "frame_changed", 10)
    assert event["data"] == {"frame": 42}
    edits = [each for each in blender.bridge.notifications if each["params"].get("event") == "human_edit"]
    assert edits == []


def test_the_state_is_the_scene(blender: Blender) -> None:
    blender.run("create_object", type="cube", name="Hero")
    state = blender.run("get_scene")
    assert state == blender.state()
    assert set(state) == {"file", "scenes", "objects", "collections", "active_camera", "timeline", "render"}
    assert state["scenes"] == [{"name": "Scene", "active": True, "objects": 1}]
    assert blender.run("list_assets")["meshes"] == [{"name": "Hero", "users": 1, "vertices": 8}]


def test_every_result_is_what_the_manifest_says(process: Blender) -> None:
    """The last test: it checks what all others were answered."""
    assert _deno("check_results.ts", json.dumps(process.results)) == ""


def _deno(script: str, text: str) -> str:
    deno = shutil.which("deno")
    if deno is None:
        pytest.skip("there is no Deno, which reads the manifest")
    done = subprocess.run(
        [deno, "run", "--no-prompt", "-A", str(APP / "tests" / script)],
        input=text,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
