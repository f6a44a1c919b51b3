from __future__ import annotations

import json
import os

import pytest

from patchbay_td.rendezvous import NoBridgeError, find_bridges

GOOD = {
    "v": 1,
    "app": "touchdesigner",
    "bridge": "ws-07",
    "transport": "websocket",
    "address": "ws://127.0.0.1:4711/",
    "token": "t",
    "pid": 1,
}


def write(folder, name="ws-07", mode=0o600, **change):
    path = folder / f"touchdesigner-{name}.json"
    path.write_text(json.dumps({**GOOD, "bridge": name, **change}))
    path.chmod(mode)
    return path


def test_the_latest_bridge_comes_first(tmp_path):
    older, newer = write(tmp_path, "older"), write(tmp_path, "newer")
    os.utime(older, (1, 1))
    os.utime(newer, (2, 2))
    assert [each.bridge for each in find_bridges(tmp_path)] == ["newer", "older"]
    assert find_bridges(tmp_path, "older")[0].port == 4711


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"app": "blender"},
        {"transport": "tcp"},
        {"address": "ws://10.0.0.5:80/"},
        {"address": "wss://127.0.0.1:1/"},
        {"address": 7},
        {"token": ""},
        {"token": None},
    ],
)
def test_what_is_no_rendezvous_on_this_machine_is_refused(tmp_path, change):
    write(tmp_path, **change)
    with pytest.raises(NoBridgeError):
        find_bridges(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_file_that_others_may_read_is_not_trusted(tmp_path):
    write(tmp_path, mode=0o644)
    with pytest.raises(NoBridgeError, match="not private"):
        find_bridges(tmp_path)


def test_one_broken_file_hides_no_other(tmp_path):
    write(tmp_path, "good")
    (tmp_path / "touchdesigner-bad.json").write_text("{")
    assert [each.bridge for each in find_bridges(tmp_path)] == ["good"]


def test_no_name_leads_out_of_the_folder(tmp_path):
    for name in ("../x", "a/b", "a b", "ä"):
        with pytest.raises(NoBridgeError, match="no name"):
            find_bridges(tmp_path, name)
