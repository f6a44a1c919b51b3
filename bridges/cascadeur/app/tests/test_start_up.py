"""Cascadeur's hooks and menu start the server once, and nothing that goes wrong there reaches the artist."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from conftest import APP
from csc import world
from patchbay_cascadeur import running, timers


def load(path: str) -> ModuleType:
    """As Cascadeur loads a script: by its file."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, APP / path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def environment(application: world.Application, tmp_path, monkeypatch):
    monkeypatch.setenv("PATCHBAY_HOME", str(tmp_path))
    monkeypatch.delenv("PATCHBAY_CASCADEUR_SERVER", raising=False)
    yield
    running.stop()


HOOKS = ["application_started", "scene_opened", "scene_activated"]


@pytest.mark.parametrize("event", HOOKS)
def test_a_hook_starts_the_server_once_with_or_without_a_scene(event: str, tmp_path) -> None:
    hook = load(f"events/{event}/patchbay_server.py")
    hook.run()
    first = json.loads((tmp_path / "servers" / "cascadeur.json").read_text())
    hook.run(object())
    assert json.loads((tmp_path / "servers" / "cascadeur.json").read_text()) == first


def test_settings_that_are_wrong_leave_the_artists_work_alone(tmp_path, capsys) -> None:
    (tmp_path / "cascadeur.json").write_text('{"form": "psychic"}')
    load("events/application_started/patchbay_server.py").run()
    assert "form" in capsys.readouterr().err
    assert not (tmp_path / "servers").exists()


def test_the_menu_starts_says_and_stops(capsys) -> None:
    names = {}
    for name in ("start", "status", "pump", "stop"):
        command = load(f"commands/patchbay/{name}.py")
        names[name] = command.command_name()
        command.run(None)
    assert names == {
        "start": "Patchbay.Start",
        "status": "Patchbay.Status",
        "pump": "Patchbay.Pump",
        "stop": "Patchbay.Stop",
    }
    assert capsys.readouterr().out.count("runs on 127.0.0.1") == 2


def test_without_pyside_and_windows_only_hooks_come_by(monkeypatch) -> None:
    monkeypatch.setattr("PySide6.QtCore.QCoreApplication.instance", staticmethod(lambda: None))
    monkeypatch.setattr("sys.platform", "linux")
    assert timers.find_timer().name == "hooks"


def test_an_old_servers_announcement_is_replaced_and_a_newer_ones_left_alone(tmp_path) -> None:
    running.start()
    path = tmp_path / "servers" / "cascadeur.json"
    path.write_text('{"token": "of another Cascadeur"}')
    running.stop()
    assert path.exists()
