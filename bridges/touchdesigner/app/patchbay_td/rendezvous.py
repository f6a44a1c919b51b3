"""The file through which TouchDesigner finds its bridge: `<links>/touchdesigner-<bridge>.json`, its user's alone."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .version import APP

_ADDRESS = re.compile(r"^ws://(127\.0\.0\.1|localhost):(\d{1,5})(/.*)?$")


class NoBridgeError(Exception):
    """No bridge can be reached; the message says why."""


@dataclass(frozen=True)
class Rendezvous:
    bridge: str
    host: str
    port: int
    token: str


def default_links_dir() -> Path:
    """`$PATCHBAY_LINKS`, or `~/.patchbay/links`."""
    configured = os.environ.get("PATCHBAY_LINKS")
    return Path(configured) if configured else Path.home() / ".patchbay" / "links"


def find_bridges(links: Path, bridge: str = "") -> list[Rendezvous]:
    """The bridges that wait, the latest first; with `bridge` only that one. Raises `NoBridgeError`."""
    if bridge:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", bridge):
            raise NoBridgeError(f"'{bridge[:40]}' is no name of a bridge")
        return [read_rendezvous(links / f"{APP}-{bridge}.json")]
    try:
        paths = sorted(links.glob(f"{APP}-*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    except OSError as error:
        raise NoBridgeError(f"{links} cannot be read: {error.strerror}") from error
    if not paths:
        raise NoBridgeError(f"no bridge is waiting in {links}; start one: patchbay bridge touchdesigner")
    found: list[Rendezvous] = []
    reason: NoBridgeError | None = None
    for path in paths:
        try:
            found.append(read_rendezvous(path))
        except NoBridgeError as error:
            reason = error
    if not found and reason is not None:
        raise reason
    return found


def read_rendezvous(path: Path) -> Rendezvous:
    """Raises `NoBridgeError` for a file that is missing, somebody else's, or none of version 1."""
    try:
        with path.open(encoding="utf-8") as file:
            _check_private(path, os.fstat(file.fileno()))
            content = json.load(file)
    except FileNotFoundError as error:
        raise NoBridgeError(f"no bridge is waiting: there is no {path}") from error
    except (OSError, ValueError) as error:
        raise NoBridgeError(f"{path} cannot be read: {error}") from error
    return _parsed(path, content)


def _parsed(path: Path, content: Any) -> Rendezvous:
    if not isinstance(content, dict) or content.get("v") != 1 or content.get("app") != APP:
        raise NoBridgeError(f"{path} is no rendezvous file of version 1 for {APP}")
    bridge, transport, address, token = (content.get(key) for key in ("bridge", "transport", "address", "token"))
    match = _ADDRESS.match(address) if isinstance(address, str) else None
    if transport != "websocket" or match is None:
        raise NoBridgeError(f"{path} names no WebSocket on this machine")
    if not (isinstance(bridge, str) and bridge and isinstance(token, str) and token):
        raise NoBridgeError(f"{path} lacks its bridge or token")
    return Rendezvous(bridge, "127.0.0.1", int(match[2]), token)


def _check_private(path: Path, status: os.stat_result) -> None:
    # whoever can write this file could send TouchDesigner to a bridge of his own
    if os.name != "posix":
        return
    if status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077:
        raise NoBridgeError(f"{path} is not private to you (chmod 600), so it is not trusted")
