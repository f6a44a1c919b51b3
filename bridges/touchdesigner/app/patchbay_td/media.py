"""Pictures, films and sound that come as assets: copied to where the project keeps them, and read by an operator."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

import td

from .describe import errors_of, summary
from .errors import failed
from .execution import Call, Command
from .nodes import check_name, make
from .parameters import reading, restoring
from .wiring import connect

_FOLDER = "patchbay_assets"
_TEXTURES = frozenset(
    ".png .jpg .jpeg .tif .tiff .exr .hdr .bmp .gif .webp .dds .tga .mov .mp4 .avi .mkv .webm .mpg".split()
)
_SOUNDS = frozenset(".wav .aif .aiff .mp3 .flac .ogg .m4a".split())
_APART = 200


def keep(call: Call, argument: str, endings: frozenset[str]) -> Path:
    """The asset where the operator can read it from now on, named by its digest."""
    file = call.args.file(argument)
    source = call.received(file, argument)
    match = re.search(r"\.[A-Za-z0-9]{1,10}$", file.name)
    ending = match[0].lower() if match else ""
    if ending not in endings:
        raise call.args.wrong(f"'{file.name[-40:]}' ends with none of {', '.join(sorted(endings))}", argument)
    with source.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    folder = _kept_folder(call)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{digest}{ending}"
    if not path.exists():
        shutil.copyfile(source, path)
    return path


def _kept_folder(call: Call) -> Path:
    """Beside the project where it was saved, so that both travel together; else with the bridge."""
    project = td.project
    folder = Path(str(project.folder))
    if (folder / str(project.name)).is_file():
        return folder / _FOLDER
    return call.work_dir / "kept"


def _written(path: Path) -> str:
    """As the parameter has it: below the project's folder it is relative, and holds on another machine."""
    folder = Path(str(td.project.folder))
    return path.relative_to(folder).as_posix() if folder in path.parents else path.as_posix()


def _reader(call: Call, kind: Any, path: Path) -> Any:
    """The operator that reads it: the one that was named, else a new one."""
    if "node" in call.args:
        node = call.node_to_change()
        if node.OPType != kind.__name__:
            raise failed(f"{node.path} is a {node.OPType}, and this needs a {kind.__name__}")
    else:
        name = call.args.text("name", None)
        network = call.network.find_network(call.args.text("parent", None))
        node = make(network, kind, check_name(name) if name is not None else None, None)
        call.note(node)
    node.par.file = _written(path)
    return node


def _load_texture(call: Call) -> Any:
    path = keep(call, "image", _TEXTURES)
    before = _file_before(call)
    with call.change("load texture"):
        node = _reader(call, td.moviefileinTOP, path)
    node.cook(force=True)
    return {
        **summary(node),
        "file": path.name,
        "width": int(node.width),
        "height": int(node.height),
        "errors": errors_of(node),
        "previous": _previous(node, before, []),
    }


def _load_audio(call: Call) -> Any:
    path = keep(call, "audio", _SOUNDS)
    before = _file_before(call)
    with call.change("load audio"):
        node = _reader(call, td.audiofileinCHOP, path)
        _lock_to_timeline(node)
        level = _level(call, node) if call.args.truth("level", True) else None
    return {
        **summary(node),
        "file": path.name,
        "level": None if level is None else level.path,
        "channels": [channel.name for channel in (level or node).chans()],
        "errors": errors_of(node),
        "previous": _previous(node, before, [] if level is None else [f"{node.name}_rms", level.name]),
    }


def _file_before(call: Call) -> dict[str, Any] | None:
    """What the operator that was named reads, as `apply_network` takes it; None for a new one."""
    if "node" not in call.args:
        return None
    node = call.node_to_change()
    names = [name for name in ("file", "playmode") if node.par[name] is not None]
    return restoring(node, [node.par[name] for name in names])


def _previous(node: Any, before: dict[str, Any] | None, more: list[str]) -> dict[str, Any]:
    """What `apply_network` takes to bring it back."""
    if before is None:
        return {"parent": node.parent().path, "remove": [node.name, *more]}
    return {"parent": node.parent().path, "nodes": [{"name": node.name, "parameters": before}], "remove": more}


def _lock_to_timeline(node: Any) -> None:
    """So that a frame sounds the same each time it is shown."""
    par = node.par.playmode
    for name, label in zip(par.menuNames, par.menuLabels, strict=False):
        if "lock" in str(label).lower() or "lock" in str(name).lower():
            par.val = name


def _level(call: Call, node: Any) -> Any:
    """How loud it is: analysed, and under a name of its own, so that links and expressions can follow it."""
    network = node.parent()
    analyse = make(network, td.analyzeCHOP, f"{node.name}_rms", (node.nodeX + _APART, node.nodeY))
    level = make(network, td.nullCHOP, f"{node.name}_level", (node.nodeX + 2 * _APART, node.nodeY))
    call.note(analyse, level)
    par = analyse.par.function
    for name, label in zip(par.menuNames, par.menuLabels, strict=False):
        if "rms" in str(label).lower():
            par.val = name
    if "rms" not in str(reading(par)["value"]).lower():
        raise failed("This TouchDesigner's Analyze CHOP knows no RMS power")
    connect(node, 0, analyse, 0)
    connect(analyse, 0, level, 0)
    return level


COMMANDS = {"load_texture": Command(_load_texture), "load_audio": Command(_load_audio)}
