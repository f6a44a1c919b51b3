# SPDX-License-Identifier: GPL-3.0-or-later
"""Materials, lights, the world, cameras and modifiers on a real Blender."""

from __future__ import annotations

import math
from typing import Any

import pytest
from blender import Blender
from picture import Picture, png
from undoing import undone

RED = [1.0, 0.0, 0.0]


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
        "previous": {"color": [0.18, 0.2, 0.23], "strength": 1.0},
    }
    sky = blender.run("set_world", image=blender.incoming(png(8, 4), "sky.png"))
    assert sky["image"] == "sky.png"
    # what an image was put in the place of cannot be brought back by a command
    assert "previous" not in sky
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
    assert blender.run("set_active_camera", camera="Far") == {"name": "Far", "previous": {"camera": "Near"}}
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
