"""Code from outside runs where a person has switched it on, and nowhere else."""

from __future__ import annotations

import base64

import pytest

from conftest import served
from csc import world
from patchbay_cascadeur.code import as_json
from patchbay_cascadeur.config import Config, ConfigError, Form, read_config


def b64(code: str) -> str:
    return base64.b64encode(code.encode()).decode()


def test_code_is_off_unless_it_was_switched_on(application: world.Application, tmp_path, monkeypatch) -> None:
    with served(Config(), tmp_path, monkeypatch) as server:
        assert server.rpc("exec_b64", code=b64("result = 1"))["data"]["code"] == "CODE_DISABLED"


def test_code_runs_with_csc_and_answers_what_it_leaves_and_prints(
    application: world.Application, tmp_path, monkeypatch
) -> None:
    with served(Config(Form.THREADED, allow_code=True), tmp_path, monkeypatch) as server:
        code = "print('ö')\nresult = {'n': len(app.get_scene_manager().scenes()), 'inf': float('inf'), 'o': csc}"
        answer = server.rpc("exec_b64", code=b64(code))
        assert answer["output"] == "ö\n"
        assert (answer["result"]["n"], answer["result"]["inf"]) == (1, None)
        failed = server.rpc("exec_b64", code=b64("x = 1\n1 / 0"))
        assert failed["data"]["code"] == "COMMAND_FAILED"
        assert "line 2" in failed["data"]["context"]["traceback"]
        assert server.rpc("exec_b64", code=b64("import sys; sys.exit(3)"))["data"]["code"] == "COMMAND_FAILED"
        for wrong in ("%%%", "/w==", 7):
            assert server.rpc("exec_b64", code=wrong)["data"]["code"] == "INVALID_ARGUMENTS"
        assert server.rpc("health")["app"] == "cascadeur"


def test_what_json_cannot_say_is_shown_as_it_is_written() -> None:
    deep: list = []
    deep.append(deep)
    assert isinstance(as_json(deep), list)
    assert as_json({1: (2, {3})}) == {"1": [2, [3]]}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("{", "not JSON"),
        ("[]", "object"),
        ('{"form": "psychic"}', "form"),
        ('{"port": true}', "port"),
        ('{"allow_code": "yes"}', "allow_code"),
        ('{"allowcode": true}', "allowcode"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_their_name(tmp_path, text: str, wrong: str) -> None:
    path = tmp_path / "cascadeur.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=wrong):
        read_config(path)


def test_without_settings_code_is_off_and_the_port_is_free(tmp_path) -> None:
    assert read_config(tmp_path / "none.json") == Config(Form.THREADED, 0, False)
