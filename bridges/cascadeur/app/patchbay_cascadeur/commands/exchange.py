"""Files of other programs, and pictures."""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Any

from ..arguments import Arguments
from ..errors import CallError, failed
from . import Context

IMPORTS = {
    "scene": "import_scene",
    "model": "import_model",
    "add_model": "add_model",
    "animation": "import_animation",
}
EXPORTS = {
    "all": "export_all_objects",
    "model": "export_model",
    "joints": "export_joints",
    "selected": "export_scene_selected",
}
MEDIA_TYPES = {"fbx": "application/octet-stream", "dae": "model/vnd.collada+xml"}
# The loader may still write when it returns.
_WRITING_S = 2.0


def import_file(context: Context, args: Arguments) -> Any:
    app = context.app
    path = args.file("file")
    ending = Path(args.file_name("file") or path.name).suffix.lower().removeprefix(".")
    if ending not in MEDIA_TYPES:
        known = ", ".join(sorted(MEDIA_TYPES))
        raise CallError("INVALID_ARGUMENTS", f"file: Cascadeur reads {known}, and this is '{ending}'")
    what = args.choice("what", tuple(IMPORTS), "scene")
    before, keys = {str(oid) for oid in app.objects()}, _keys(context)
    getattr(app.fbx_loader(), IMPORTS[what])(path.as_posix())
    made = [app.name_of(oid) for oid in app.objects() if str(oid) not in before]
    # it fails without a word: what it did is looked at
    if not made and (what != "animation" or _keys(context) == keys):
        raise failed(f"Cascadeur brought in nothing from '{args.file_name('file')}': its event log says why")
    return {"objects": made[:1000], "total": len(made), "keys": _keys(context)}


def export_file(context: Context, args: Arguments) -> Any:
    app = context.app
    kind = args.choice("format", tuple(MEDIA_TYPES), "fbx")
    what = args.choice("what", tuple(EXPORTS), "all")
    if what == "selected" and not app.selected():
        raise failed("Nothing is selected: select what shall be exported")
    name = args.text("name") if args.has("name") else (app.active_name() or "scene").removesuffix(".casc")
    path = _outgoing(context, kind)
    loader = app.fbx_loader()
    loader.set_settings(
        app.fbx_settings(
            text=args.flag("text"),
            up_axis=args.choice("up_axis", ("y", "z"), "y"),
            bake=args.flag("bake", True),
        )
    )
    getattr(loader, EXPORTS[what])(path.as_posix())
    if not _written(path):
        message = "Cascadeur wrote no file: exporting needs a licence that allows it; its event log says more"
        raise CallError("COMMAND_FAILED", message, context={"licence": "perhaps missing"})
    return {
        "file": {"$file": {"path": str(path), "name": f"{name}.{kind}", "mediaType": MEDIA_TYPES[kind]}},
        "format": kind,
    }


def capture_viewport(context: Context, args: Arguments) -> Any:
    """Answers at once: the bridge waits for the picture, outside the main thread that has to draw it."""
    path = _outgoing(context, "png")
    width, height = args.whole("width", 960, low=16, high=4096), args.whole("height", 540, low=16, high=4096)
    context.app.take_image(path, width, height)
    name = f"{(context.app.active_name() or 'scene').removesuffix('.casc')} {context.app.frame}.png"
    return {
        "image": {"$pending": {"path": str(path), "name": name, "mediaType": "image/png"}},
        "frame": context.app.frame,
        "width": width,
        "height": height,
    }


def _outgoing(context: Context, ending: str) -> Path:
    folder = context.work_dir / "outgoing"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{uuid.uuid4()}.{ending}"


def _written(path: Path) -> bool:
    until = time.monotonic() + _WRITING_S
    while not (path.is_file() and path.stat().st_size > 0):
        if time.monotonic() >= until:
            return False
        time.sleep(0.02)
    return True


def _keys(context: Context) -> int:
    return sum(len(context.app.keys(lid)) for _, lid in context.app.tracks())


COMMANDS = {
    "import_file": import_file,
    "export_file": export_file,
    "capture_viewport": capture_viewport,
}
