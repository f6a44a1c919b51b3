# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects on a real Blender: made, changed, moved, copied, removed, and taken back."""

from __future__ import annotations

import pytest
from blender import Blender
from undoing import undone

RED = [1.0, 0.0, 0.0]


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


def test_everything_is_removed_in_one_step_and_comes_back(blender: Blender) -> None:
    blender.run("create_object", type="empty", name="Rig", location=[5, 0, 0])
    blender.run("create_object", type="cube", name="Child", parent="Rig", location=[1, 1, 1])
    blender.run("create_light", type="sun", name="Sun")
    before = blender.state()
    assert set(blender.run("clear_scene")["deleted"]) == {"Rig", "Child", "Sun"}
    assert blender.objects() == {}
    undone(blender, before)
    blender.run("clear_scene")
    assert blender.run("clear_scene") == {"deleted": []}


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
