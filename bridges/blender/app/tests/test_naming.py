# SPDX-License-Identifier: GPL-3.0-or-later
"""Free names, and text for a narrow panel."""

from patchbay.interface_text import ago, lines
from patchbay.naming import free_name


def test_a_free_name_stays_and_a_taken_one_gets_a_number() -> None:
    assert free_name("Cube", {"Hero"}) == "Cube"
    assert free_name("Cube", {"Cube", "Cube.001"}) == "Cube.002"


def test_a_numbered_name_stays_within_blenders_63_bytes() -> None:
    long = "é" * 31
    assert free_name(long, {long}) == "é" * 29 + ".001"


def test_text_is_wrapped_and_ends_somewhere() -> None:
    assert lines("a long reason why", 8) == ["a long", "reason", "why"]
    assert len(lines("word " * 100, 10)) == 6


def test_ages_are_short() -> None:
    assert [ago(each) for each in (1, 30, 90, 7200)] == ["now", "30 s", "1 min", "2 h"]
