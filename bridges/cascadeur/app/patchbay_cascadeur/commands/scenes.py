"""Scenes: the tabs of Cascadeur's window, and their files."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Any

from ..arguments import Arguments
from ..errors import CallError, failed, missing
from ..state import snapshot
from . import Context

MEDIA_TYPE = "application/x-cascadeur"


def list_scenes(context: Context, _: Arguments) -> Any:
    app = context.app
    active = app.active_name()
    rows = [
        {"name": name, "file": path.name if (path := app.path_of(view)) else None, "active": name == active}
        for name, view in app.scenes()
    ]
    return {"scenes": rows}


def get_scene(context: Context, _: Arguments) -> Any:
    return snapshot(context.app)


def new_scene(context: Context, _: Arguments) -> Any:
    app = context.app
    before, previous = len(app.scenes()), app.active_name()
    app.create_scene()
    if len(app.scenes()) != before + 1:
        raise failed("Cascadeur did not open a new scene")
    return {"name": app.active_name(), "previous": previous}


def open_scene(context: Context, args: Arguments) -> Any:
    app = context.app
    previous = app.active_name()
    path = _fetched(context, args) if args.has("file") else _saved(context, args.text("name"))
    view = app.load(path)
    found = app.path_of(view)
    if found is not None and found.name != path.name:
        raise failed(f"Cascadeur did not open '{path.name}': is it a scene of Cascadeur?")
    return {"name": app.active_name(), "previous": previous, "objects": len(app.objects())}


def save_scene(context: Context, args: Arguments) -> Any:
    app = context.app
    path = app.path_of(app.view)
    if path is None:
        raise failed(f"'{app.active_name()}' was never saved: give it a name with save_scene_as")
    return _save(context, path)


def save_scene_as(context: Context, args: Arguments) -> Any:
    path = _path_for(context, args.text("name"))
    if path.exists() and context.app.path_of(context.app.view) != path and not args.flag("replace"):
        raise CallError("CONFLICT", f"Another scene was saved as '{path.name}': give another name, or replace it")
    return _save(context, path)


def select_scene(context: Context, args: Arguments) -> Any:
    app = context.app
    previous = app.active_name()
    view = app.scene_named(args.text("scene"))
    app.activate(view)
    if app.view != view:
        raise failed(f"Cascadeur did not change to '{args.text('scene')}'")
    return {"name": app.active_name(), "previous": previous}


def close_scene(context: Context, args: Arguments) -> Any:
    """Cascadeur ends where the tab that it shows is closed: another one is shown first."""
    app = context.app
    view = app.scene_named(args.text("scene")) if args.has("scene") else app.view
    others = [(name, one) for name, one in app.scenes() if one != view]
    if not others:
        raise failed("The only scene cannot be closed: Cascadeur would end; open another one first")
    closed = next(name for name, one in app.scenes() if one == view)
    if app.view == view:
        wanted = args.text("activate") if args.has("activate") else others[-1][0]
        app.activate(next((one for name, one in others if name == wanted), others[-1][1]))
    app.close(view)
    if any(one == view for _, one in app.scenes()):
        raise failed(f"Cascadeur did not close '{closed}'")
    return {"closed": closed, "active": app.active_name()}


def _save(context: Context, path: Path) -> Any:
    app = context.app
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.stat().st_mtime_ns if path.is_file() else None
    app.save(app.view, path)
    if not path.is_file() or path.stat().st_size == 0 or path.stat().st_mtime_ns == before:
        raise failed(f"Cascadeur wrote no '{path.name}': its event log says why")
    # what is answered is taken away by the bridge: the scene's own file stays
    copy = context.work_dir / "outgoing" / path.name
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, copy)
    return {
        "name": app.active_name(),
        "file": {"$file": {"path": str(copy), "name": path.name, "mediaType": MEDIA_TYPE}},
    }


def _folder(context: Context) -> Path:
    return context.work_dir / "scenes"


def _path_for(context: Context, name: str) -> Path:
    if Path(name).name != name or "\\" in name:
        raise CallError("INVALID_ARGUMENTS", "name: expected a name without a folder")
    return _folder(context) / f"{name.removesuffix('.casc')}.casc"


def _fetched(context: Context, args: Arguments) -> Path:
    """Kept under the name that it came with: Cascadeur shows it, and saves there."""
    name = Path(args.file_name("file")).name or "scene.casc"
    if not name.lower().endswith(".casc"):
        raise CallError("INVALID_ARGUMENTS", f"'{name}' is no scene of Cascadeur (.casc): bring it in with import_file")
    # beside nothing: a scene that was saved under this name stays
    target = context.work_dir / "opened" / uuid.uuid4().hex / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(args.file("file"), target)
    return target


def _saved(context: Context, name: str) -> Path:
    path = _path_for(context, name)
    if not path.is_file():
        raise missing("saved scene", name, sorted(one.name for one in _folder(context).glob("*.casc")))
    return path


COMMANDS = {
    "list_scenes": list_scenes,
    "get_scene": get_scene,
    "new_scene": new_scene,
    "open_scene": open_scene,
    "save_scene": save_scene,
    "save_scene_as": save_scene_as,
    "select_scene": select_scene,
    "close_scene": close_scene,
}
