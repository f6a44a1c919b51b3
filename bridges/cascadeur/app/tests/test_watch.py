"""What a person does in the window is noticed, and what a command does is not taken for it."""

from __future__ import annotations

from csc import world
from patchbay_cascadeur.csc_access import Cascadeur
from patchbay_cascadeur.watch import Watch


def test_an_edit_by_hand_is_told_with_what_changed(application: world.Application) -> None:
    watch = Watch(Cascadeur())
    scene = application.current
    assert scene is not None
    next(iter(scene.document.things.values())).name = "renamed"
    scene.document.frames = 1
    watch.compare()
    (event,) = watch.since(0)
    assert event["event"] == "human_edit"
    assert event["data"]["what"] == ["objects"]
    assert "renamed" in event["data"]["objects"]


def test_a_frame_and_another_scene_are_told(application: world.Application) -> None:
    watch = Watch(Cascadeur())
    scene = application.current
    assert scene is not None
    scene.document.frames, scene.play[1] = 10, 0
    watch.forgive()
    after = watch.last
    scene.frame = 4
    watch.compare()
    application.new_scene()
    watch.compare()
    assert [event["event"] for event in watch.since(after)][:2] == ["frame_changed", "scene_activated"]


def test_what_a_command_did_is_nobodys_own_doing(application: world.Application) -> None:
    watch = Watch(Cascadeur())
    next(iter(application.scenes[0].document.things.values())).name = "renamed"
    watch.forgive()
    watch.compare()
    assert [event["event"] for event in watch.since(0)] == ["changed"]


def test_the_state_of_a_big_scene_stays_small(application: world.Application) -> None:
    import json

    from patchbay_cascadeur.state import snapshot

    scene = application.scenes[0]
    layer = scene.add_layer("many")
    for number in range(3000):
        scene.add(world.Thing(world.new_id(), f"prop {number} ö", "Mesh"), layer)
    for frame in range(2000):
        scene.set_key(layer, frame)
    state = snapshot(Cascadeur())
    assert len(json.dumps(state).encode()) < 200_000
    assert (state["objects_total"], state["tracks"]["many"]["keys_total"]) == (3000 + 39, 2000)
