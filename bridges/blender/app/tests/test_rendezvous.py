# SPDX-License-Identifier: GPL-3.0-or-later
"""The file through which Blender finds its bridge."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from patchbay.rendezvous import NoBridgeError, Rendezvous, default_links_dir, find_bridges
from patchbay.transports import dial


def write(folder: Path, bridge: str = "ws-01", **changes: Any) -> Path:
    path = folder / f"blender-{bridge}.json"
    content = {"v": 1, "app": "blender", "bridge": bridge, "transport": "unix", "address": "/x", "token": "t", "pid": 1}
    path.write_text(json.dumps({**content, **changes}))
    path.chmod(0o600)
    return path


def test_the_bridge_that_was_named_is_found(tmp_path: Path) -> None:
    write(tmp_path, "ws-01")
    write(tmp_path, "ws-02", address="/y")
    assert find_bridges(tmp_path, "ws-02") == [Rendezvous("ws-02", "unix", "/y", "t")]


def test_without_a_name_the_latest_comes_first(tmp_path: Path) -> None:
    for age, bridge in enumerate(("new", "middle", "old")):
        os.utime(write(tmp_path, bridge), (1_000_000 - age, 1_000_000 - age))
    assert [each.bridge for each in find_bridges(tmp_path)] == ["new", "middle", "old"]


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoBridgeError, match="patchbay bridge blender"):
        find_bridges(tmp_path)
    with pytest.raises(NoBridgeError):
        find_bridges(tmp_path / "absent")
    with pytest.raises(NoBridgeError, match="there is no"):
        find_bridges(tmp_path, "ws-01")


@pytest.mark.parametrize("changes", [{"v": 2}, {"app": "ableton"}, {"token": ""}, {"address": 7}])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    write(tmp_path, **changes)
    with pytest.raises(NoBridgeError):
        find_bridges(tmp_path)


def test_a_broken_file_does_not_hide_a_good_one(tmp_path: Path) -> None:
    write(tmp_path, "good")
    (tmp_path / "blender-bad.json").write_text("{")
    assert [each.bridge for each in find_bridges(tmp_path)] == ["good"]


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_a_file_that_others_may_read_is_not_trusted(tmp_path: Path) -> None:
    write(tmp_path).chmod(0o644)
    with pytest.raises(NoBridgeError, match="not private"):
        find_bridges(tmp_path)


def test_the_folder_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATCHBAY_LINKS", "/somewhere")
    assert default_links_dir() == Path("/somewhere")
    monkeypatch.delenv("PATCHBAY_LINKS")
    assert default_links_dir() == Path.home() / ".patchbay" / "links"


@pytest.mark.parametrize("address", ["10.0.0.1:80", "localhost:80", "0.0.0.0:80", "127.0.0.1:x"])
def test_nothing_but_the_loopback_address_is_dialled(address: str) -> None:
    with pytest.raises(NoBridgeError, match="not on this machine"):
        dial(Rendezvous("ws-01", "tcp", address, "t"))


def test_a_bridge_that_is_gone_and_an_unknown_transport_say_so() -> None:
    with pytest.raises(NoBridgeError, match="does not answer"):
        dial(Rendezvous("ws-01", "unix", "/nowhere/link.sock", "t"))
    with pytest.raises(NoBridgeError, match="carrier pigeon"):
        dial(Rendezvous("ws-01", "carrier pigeon", "x", "t"))
