# SPDX-License-Identifier: GPL-3.0-or-later
"""Files in and out of a real Blender, and its undo history across them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from blender import Blender
from undoing import undone

RED = [1.0, 0.0, 0.0]


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


def test_a_scene_that_nobody_has_named_is_saved_in_the_place_of_no_other(blender: Blender) -> None:
    blender.run("new_file", discard=True)
    first = blender.run("save_file")["name"]
    assert blender.run("save_file")["name"] == first
    blender.run("new_file", discard=True)
    second = blender.run("save_file")["name"]
    assert first != second
    assert blender.run("open_file", name=first, discard=True)["name"] == first
