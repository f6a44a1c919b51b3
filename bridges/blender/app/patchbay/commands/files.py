# SPDX-License-Identifier: GPL-3.0-or-later
"""The document: new, open, save."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import bpy

from ..arguments import boolean, choice, file, file_name, may
from ..blank import make_blank
from ..errors import CommandError, failed, invalid
from ..execution import Call, Command, answered
from ..history import history
from ..lookup import not_found
from ..state import file_info

_MEDIA_TYPE = "application/x-blender"
# The bridge's folder has one of its own for documents: what is handed over is a copy, because the bridge deletes it.
_DOCUMENTS = "documents"


def new_file(call: Call) -> dict[str, Any]:
    a = call.args
    _check_discard(call)
    if a.template == "empty":
        make_blank()
    else:
        bpy.ops.wm.read_factory_settings() if bpy.app.background else bpy.ops.wm.read_homefile()
    history.begin()
    return file_info()


def open_file(call: Call) -> dict[str, Any]:
    a = call.args
    if (a.file is None) == (a.name is None):
        raise invalid("needs either a file or a name", "file")
    documents = _documents(call)
    if a.name is not None:
        path = documents / _blend(a.name)
        if not path.is_file():
            raise not_found("file", a.name, (each.stem for each in documents.glob("*.blend")))
    else:
        received = call.received(a.file, "file")
        _check_blend(received, a.file.name)
        path = documents / _blend(Path(a.file.name).name.lstrip(".") or "opened")
    _check_discard(call)
    if a.file is not None:
        shutil.copyfile(received, path)
    _open(path)
    return file_info()


def save_file(call: Call) -> dict[str, Any]:
    a = call.args
    if a.name is not None or not bpy.data.filepath:
        path = _documents(call) / _blend(a.name) if a.name is not None else _unused(_documents(call))
    else:
        path = Path(bpy.data.filepath)
    call.stop_if_cancelled()
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=a.copy, check_existing=False)
    if not a.copy:
        history.saved()
    handed = call.new_path(".blend")
    shutil.copyfile(path, handed)
    return {**file_info(), "file": answered(handed, path.name, _MEDIA_TYPE)}


def _open(path: Path) -> None:
    """Without the scripts in it: a file from elsewhere is not trusted."""
    if "FINISHED" not in bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False, use_scripts=False):
        raise failed(f"Blender could not open '{path.name}'")
    history.begin()


def _check_discard(call: Call) -> None:
    call.stop_if_cancelled()
    if history.dirty and not call.args.discard:
        raise CommandError(
            "CONFLICT", "The scene has changes that are not saved: save_file keeps them, `discard: true` lets them go"
        )


def _check_blend(path: Path, label: str) -> None:
    with path.open("rb") as content:
        start = content.read(7)
    # as it is, or compressed with zstd or gzip
    if not (start == b"BLENDER" or start.startswith((b"\x28\xb5\x2f\xfd", b"\x1f\x8b"))):
        raise failed(f"'{label}' is no .blend file")


def _documents(call: Call) -> Path:
    folder = call.work_dir / _DOCUMENTS
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _unused(folder: Path) -> Path:
    """A scene that nobody has named takes the place of no other."""
    names = ("scene.blend", *(f"scene-{number}.blend" for number in range(2, 10_000)))
    return next(path for path in map(folder.joinpath, names) if not path.exists())


def _blend(label: str) -> str:
    return label if label.lower().endswith(".blend") else f"{label}.blend"


COMMANDS = {
    "new_file": Command(
        new_file, {"template": may(choice("empty", "default"), "empty"), "discard": may(boolean, False)}
    ),
    "open_file": Command(open_file, {"file": may(file), "name": may(file_name), "discard": may(boolean, False)}),
    "save_file": Command(save_file, {"name": may(file_name), "copy": may(boolean, False)}),
}
