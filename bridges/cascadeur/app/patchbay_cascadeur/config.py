"""How the server runs: from one file that the artist, or `patchbay install cascadeur`, has written."""

from __future__ import annotations

import enum
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class Form(enum.Enum):
    """`async` joins a running event loop (aiohttp), `threaded` has threads of its own, `sync` is polled by a timer."""

    ASYNC = "async"
    THREADED = "threaded"
    SYNC = "sync"


class ConfigError(ValueError):
    """The file says something that cannot be; the message names the field."""


@dataclass(frozen=True)
class Config:
    form: Form = Form.THREADED
    # 0 takes any free port: the bridge finds it in the announcement.
    port: int = 0
    # Whether `exec_b64` runs. The bridge has a switch of its own: both must be on.
    allow_code: bool = False


def home() -> Path:
    """Where Patchbay keeps what belongs to this person."""
    return Path(os.environ.get("PATCHBAY_HOME") or Path.home() / ".patchbay")


def config_path() -> Path:
    return Path(os.environ.get("PATCHBAY_CASCADEUR_CONFIG") or home() / "cascadeur.json")


def read_config(path: Path) -> Config:
    """The file's settings, or the defaults where there is no file. Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Config()
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ConfigError(f"{path} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: expected an object")
    return _checked(found, path)


def _checked(found: dict[str, Any], path: Path) -> Config:
    unknown = sorted(found.keys() - {"form", "port", "allow_code"})
    if unknown:
        raise ConfigError(f"{path}: unknown field '{unknown[0]}'; known are form, port and allow_code")
    forms = [form.value for form in Form]
    form = found.get("form", Form.THREADED.value)
    if form not in forms:
        raise ConfigError(f"{path}: form: expected one of {', '.join(forms)}")
    port = found.get("port", 0)
    if not isinstance(port, int) or isinstance(port, bool) or not 0 <= port <= 65535:
        raise ConfigError(f"{path}: port: expected a whole number from 0 to 65535")
    allow_code = found.get("allow_code", False)
    if not isinstance(allow_code, bool):
        raise ConfigError(f"{path}: allow_code: expected true or false")
    return Config(Form(form), port, allow_code)
