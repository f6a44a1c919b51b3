"""How people say names."""

from __future__ import annotations

import pytest

from conftest import Run
from patchbay_cascadeur.names import spoken


@pytest.mark.parametrize("name", ["hand_MainPoint_l", "LeftHand", "hand.L", "Left Hand", "l_hand", "the left hand"])
def test_the_left_hand_has_many_names(name: str) -> None:
    assert spoken(name) == {"left", "hand"}


def test_a_joint_stands_for_its_controller_where_keys_are_set(run: Run) -> None:
    assert run("set_keyframe", object="head", frame=3)["object"] == "head_MainPoint"
    assert run("set_keyframe", object="right foot", frame=3)["object"] == "foot_MainPoint_r"
    assert run("get_object", object="head")["type"] == "Joint"
