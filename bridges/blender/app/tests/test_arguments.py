# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command takes: each kind of value, and where an issue is said to be."""

import math
from typing import Any

import pytest

from patchbay import arguments as a
from patchbay.errors import CommandError

FIELDS = {
    "name": a.needs(a.name),
    "size": a.may(a.number(0, 10, above=True), 2.0),
    "at": a.may(a.vector),
    "parts": a.may(a.array(a.record({"kind": a.needs(a.choice("x", "y")), "on": a.may(a.boolean)}), 3), []),
}


def issues_of(value: Any) -> list[tuple[list[Any], str]]:
    with pytest.raises(CommandError) as caught:
        a.parse(FIELDS, value)
    assert caught.value.code == "INVALID_ARGUMENTS"
    return [(issue["path"], issue["message"]) for issue in caught.value.issues]


def test_defaults_are_filled_in() -> None:
    parsed = a.parse(FIELDS, {"name": "Hero"})
    assert (parsed.name, parsed.size, parsed.at, parsed.parts) == ("Hero", 2.0, None, [])
    assert parsed.given == {"name"}


def test_values_come_as_handlers_want_them() -> None:
    parsed = a.parse(FIELDS, {"name": "Hero", "size": 3, "at": [1, 2.5, -3], "parts": [{"kind": "x", "on": True}]})
    assert (parsed.size, parsed.at) == (3.0, (1.0, 2.5, -3.0))
    assert (parsed.parts[0].kind, parsed.parts[0].on) == ("x", True)


def test_every_issue_is_told_with_its_path() -> None:
    found = issues_of({"size": "big", "at": [1, "2", None], "parts": [{"kind": "z"}, {}], "colour": "red"})
    assert [path for path, _ in found] == [
        ["colour"],
        ["name"],
        ["size"],
        ["at", 1],
        ["at", 2],
        ["parts", 0, "kind"],
        ["parts", 1, "kind"],
    ]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, True, "1", None, 0, 10.1, [1]])
def test_a_number_is_finite_and_within_its_limits(value: Any) -> None:
    assert [path for path, _ in issues_of({"name": "x", "size": value})] == [["size"]]


@pytest.mark.parametrize("value", ["", "x" * 64, "é" * 32, "a\nb", "\x7f", 7, None, "\ud800"])
def test_a_name_is_what_blender_keeps(value: Any) -> None:
    assert [path for path, _ in issues_of({"name": value})] == [["name"]]


@pytest.mark.parametrize("value", ["../x", "a/b", "a\\b", ".hidden", "c:x", "x" * 101, ""])
def test_a_file_name_has_no_folder(value: str) -> None:
    with pytest.raises(a.Wrong):
        a.file_name(value)


def test_whole_numbers_are_whole() -> None:
    assert a.integer(0, 5)(3.0) == 3
    with pytest.raises(a.Wrong):
        a.integer(0, 5)(3.5)


def test_a_file_is_the_bridges_form_of_it() -> None:
    found = a.file({"$file": {"path": "/w/x.png", "name": "x.png", "mediaType": "image/png"}})
    assert (str(found.path), found.name, found.media_type) == ("/w/x.png", "x.png", "image/png")
    for wrong in ("/w/x.png", {"path": "/w/x.png"}, {"$file": {"path": 1, "name": "x"}}):
        with pytest.raises(a.Wrong):
            a.file(wrong)


def test_arguments_are_an_object() -> None:
    assert issues_of([])[0][0] == []
