"""What Cascadeur does without a word, and what is answered instead of success."""

from __future__ import annotations

import pytest

from conftest import Run
from csc import domain, world
from patchbay_cascadeur.errors import CallError


def test_a_value_between_keys_gets_a_key_first_so_that_it_stays(run: Run) -> None:
    run("set_keyframe", object="hand_MainPoint_l", frame=20, position=[0, 100, 0])
    key = run("set_keyframe", object="hand_MainPoint_l", frame=10, position=[50, 50, 50])
    assert key["exact"] is True
    assert run("get_pose", objects=["hand_MainPoint_l"], frame=10)["objects"][0]["global_position"] == [50, 50, 50]


def test_a_value_that_did_not_stay_is_told(run: Run, monkeypatch) -> None:
    monkeypatch.setattr(world.Scene, "move", lambda *_: None)
    key = run("set_keyframe", object="hand_MainPoint_l", frame=10, position=[50, 50, 50])
    assert key["exact"] is False
    assert key["global_position"] != [50, 50, 50]


def test_a_save_that_says_false_is_believed_when_the_file_is_there(run: Run, tmp_path) -> None:
    saved = run("save_scene_as", name="walk")
    assert (tmp_path / "scenes" / "walk.casc").is_file()
    assert saved["file"]["$file"]["path"] == str(tmp_path / "outgoing" / "walk.casc")


def test_a_scene_that_was_saved_is_not_overwritten_by_another_of_its_name(run: Run, tmp_path) -> None:
    first = run("save_scene_as", name="walk")
    kept = (tmp_path / "scenes" / "walk.casc").read_bytes()
    run("save_scene_as", name="walk")
    run("new_scene")
    with pytest.raises(CallError, match="Another scene was saved"):
        run("save_scene_as", name="walk")
    run("open_scene", file={"$file": {**first["file"]["$file"], "name": "walk.casc"}})
    run("delete_objects", objects=["toe_l"])
    run("save_scene")
    assert (tmp_path / "scenes" / "walk.casc").read_bytes() == kept
    run("save_scene_as", name="walk", replace=True)
    assert (tmp_path / "scenes" / "walk.casc").read_bytes() != kept


@pytest.mark.parametrize("name", ["../walk", "a/b", "a\\b"])
def test_names_never_lead_out_of_the_bridges_folder(run: Run, name: str) -> None:
    for command in ("save_scene_as", "open_scene"):
        with pytest.raises(CallError, match="without a folder"):
            run(command, name=name)


def test_a_save_that_wrote_nothing_is_a_failure(run: Run, monkeypatch) -> None:
    monkeypatch.setattr("csc.view.Scene.save", lambda *_: True)
    with pytest.raises(CallError, match=r"wrote no 'walk\.casc'"):
        run("save_scene_as", name="walk")


def test_an_export_without_a_licence_is_a_failure(run: Run, application: world.Application, monkeypatch) -> None:
    monkeypatch.setattr("patchbay_cascadeur.commands.exchange._WRITING_S", 0.0)
    application.licensed = False
    with pytest.raises(CallError, match="licence"):
        run("export_file")
    application.licensed = True
    assert run("export_file")["file"]["$file"]["name"] == "untitled.fbx"


def test_an_import_of_nonsense_is_a_failure(run: Run, tmp_path) -> None:
    path = tmp_path / "model.fbx"
    path.write_bytes(b"Kaydara FBX Binary  \x00 and so on")
    with pytest.raises(CallError, match="brought in nothing"):
        run("import_file", file={"$file": {"path": str(path), "name": "model.fbx"}})


def test_quick_rigging_is_refused_outside_rig_mode_where_it_would_end_cascadeur(run: Run) -> None:
    with pytest.raises(CallError, match="Rig mode is off") as refused:
        run("generate_rig", template="Standard")
    assert refused.value.code == "CONFLICT"


def test_the_tab_that_is_shown_is_left_before_it_is_closed(run: Run, application: world.Application) -> None:
    run("new_scene")
    assert run("close_scene")["active"] == "untitled.casc"
    assert application.wanted_end is False
    with pytest.raises(CallError, match="only scene"):
        run("close_scene")


def test_an_edit_that_cascadeur_refuses_is_a_failure(run: Run, monkeypatch) -> None:
    monkeypatch.setattr(domain.Scene, "modify_update", lambda *_: False)
    with pytest.raises(CallError, match="refused to"):
        run("rename_object", object="head", name="x")


def test_actions_that_wait_for_a_person_are_refused_and_others_are_only_dispatched(
    run: Run, application: world.Application
) -> None:
    for name in ("File.Open", "Application.Exit", "Settings.Reset"):
        with pytest.raises(CallError, match="waits for a person"):
            run("call_action", action=name)
    assert run("call_action", action="View.Center camera")["dispatched"] is True
    assert application.dispatched == ["View.Center camera"]


def test_undo_says_how_much_it_took_back_and_when_there_was_nothing(run: Run) -> None:
    run("set_keyframe", object="hand_MainPoint_l", frame=5)
    assert run("undo", steps=3) == {"steps": 1}
    with pytest.raises(CallError, match="nothing to undo"):
        run("undo")
    assert run("redo") == {"steps": 1}


def test_several_objects_of_a_name_are_told_apart_by_their_ids(run: Run, application: world.Application) -> None:
    scene = application.current
    assert scene is not None
    for _ in range(2):
        scene.add(world.Thing(world.new_id(), "prop", "Mesh"))
    with pytest.raises(CallError, match="2 objects are called 'prop'") as refused:
        run("get_object", object="prop")
    first = refused.value.context["available"][0].rsplit(" ", 1)[1]
    assert run("get_object", object=first)["id"] == first
