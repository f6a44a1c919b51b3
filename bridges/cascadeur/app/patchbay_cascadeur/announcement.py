"""Tells the bridge where the server is: a file of this person alone, with the address and the token."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from .config import home
from .version import PROTOCOL, SERVER_VERSION


def new_token() -> str:
    return secrets.token_urlsafe(32)


def announcement_path() -> Path:
    return Path(os.environ.get("PATCHBAY_CASCADEUR_SERVER") or home() / "servers" / "cascadeur.json")


def _move(beside: Path, path: Path) -> None:
    """Windows moves nothing over a file that somebody reads at that moment."""
    for _ in range(20):
        with contextlib.suppress(PermissionError):
            os.replace(beside, path)
            return
        time.sleep(0.01)
    os.replace(beside, path)


@contextlib.contextmanager
def announced(port: int, token: str, app_version: str, path: Path | None = None) -> Iterator[Path]:
    """The file is there as long as the block runs. A newer server's file is left alone."""
    path = path or announcement_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = json.dumps(
        {
            "v": 1,
            "app": "cascadeur",
            "transport": "http",
            "address": f"http://127.0.0.1:{port}/",
            "token": token,
            "pid": os.getpid(),
            "appVersion": app_version,
            "serverVersion": SERVER_VERSION,
            "protocol": PROTOCOL,
        },
        indent=2,
    )
    # written beside and moved, so that nobody reads half a file; nobody else may read it at any moment
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    _move(beside, path)
    try:
        yield path
    finally:
        with contextlib.suppress(FileNotFoundError):
            if path.read_text(encoding="utf-8") == text:
                path.unlink()
