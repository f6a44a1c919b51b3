# SPDX-License-Identifier: GPL-3.0-or-later
"""The file through which Blender finds its bridge: `<links>/blender-<bridge>.json`, readable by its user alone."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

APP = "blender"


class NoBridgeError(Exception):
    """No bridge can be reached; the message says why."""


@dataclass(frozen=True)
class Rendezvous:
    bridge: str
    transport: str
    address: str
    token: str


def default_links_dir() -> Path:
    """`$PATCHBAY_LINKS`, or `~/.patchbay/links`."""
    configured = os.environ.get("PATCHBAY_LINKS")
    return Path(configured) if configured else Path.home() / ".patchbay" / "links"


def find_bridges(links: Path, bridge: str = "") -> list[Rendezvous]:
    """The bridges that wait for a Blender, the latest first; with `bridge` only that one. Raises `NoBridgeError`."""
    if bridge:
        return [read_rendezvous(links / f"{APP}-{bridge}.json")]
    try:
        paths = sorted(links.glob(f"{APP}-*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    except OSError as error:
        raise NoBridgeError(f"{links} cannot be read: {error.strerror}") from error
    if not paths:
        raise NoBridgeError(f"No bridge is waiting in {links}. Start one: patchbay bridge blender")
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
        raise NoBridgeError(f"No bridge is waiting: there is no {path}") from error
    except (OSError, ValueError) as error:
        raise NoBridgeError(f"{path} cannot be read: {error}") from error
    if not isinstance(content, dict) or content.get("v") != 1 or content.get("app") != APP:
        raise NoBridgeError(f"{path} is no rendezvous file of version 1 for {APP}")
    fields = [content.get(key) for key in ("bridge", "transport", "address", "token")]
    if not all(isinstance(field, str) and field for field in fields):
        raise NoBridgeError(f"{path} lacks its bridge, transport, address or token")
    return Rendezvous(*fields)


def _check_private(path: Path, status: os.stat_result) -> None:
    # whoever can write this file could send Blender to a bridge of his own
    if os.name != "posix":
        return
    if status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077:
        raise NoBridgeError(f"{path} is not private to you (chmod 600), so it is not trusted")
