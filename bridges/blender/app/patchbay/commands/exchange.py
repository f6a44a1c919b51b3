# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of other programs: in and out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy

from .. import compat
from ..arguments import array, choice, file, file_name, may, name, needs
from ..context import in_window, object_mode
from ..errors import failed, invalid
from ..execution import Call, Command, answered
from ..formats import (
    FORMATS,
    MEDIA_TYPES,
    export_formats,
    exporter,
    format_of,
    import_formats,
    importer,
    put_together,
)
from ..lookup import find_object
from .collections import collection_named, move


def import_file(call: Call) -> dict[str, Any]:
    a = call.args
    path = call.received(a.file, "file")
    kind = a.format or format_of(a.file.name)
    if kind is None:
        raise invalid(
            f"'{a.file.name}' does not say by its ending what it is; known are {', '.join(FORMATS)}", "format"
        )
    found = importer(kind)
    if found is None:
        raise failed(f"This Blender cannot read {kind}", available=import_formats())
    _, operator = found
    scene = bpy.context.scene
    before = {thing.name for thing in scene.objects}
    with call.change(f"Import {a.file.name}", may_break=True), tempfile.TemporaryDirectory(dir=call.outgoing) as folder:
        # importers go by the ending
        ending = Path(a.file.name).suffix.lower() if format_of(a.file.name) == kind else FORMATS[kind].ending
        copy = Path(folder) / f"{_stem(a.file.name)}{ending}"
        copy.write_bytes(path.read_bytes())
        if FORMATS[kind].package == "numpy":
            compat.mend_gltf_importer()
        with in_window():
            if "FINISHED" not in operator(filepath=str(copy)):
                raise failed(f"Blender could not read '{a.file.name}' as {kind}")
        _pack_images(folder)
        arrived = [thing for thing in scene.objects if thing.name not in before]
        if a.collection is not None:
            collection = collection_named(a.collection)
            for thing in arrived:
                move(thing, collection)
    return {"objects": [thing.name for thing in arrived]}


def export_file(call: Call) -> dict[str, Any]:
    a = call.args
    found = exporter(a.format)
    if found is None:
        raise failed(f"This Blender cannot write {a.format}", available=export_formats())
    wanted: set[Any] | None = None
    if a.object is not None:
        thing = find_object(a.object)
        wanted = {thing, *thing.children_recursive}
    if a.objects is not None:
        wanted = (wanted or set()) | {find_object(each) for each in a.objects}
    operator_name, operator = found
    exchange = FORMATS[a.format]
    call.stop_if_cancelled()
    object_mode()
    stem = a.name.removesuffix(exchange.ending)
    with tempfile.TemporaryDirectory(dir=call.outgoing) as folder, _selected(wanted):
        path = Path(folder) / f"export{exchange.ending}"
        known = operator.get_rna_type().properties
        options = {key: value for key, value in exchange.options.items() if key in known}
        if wanted is not None:
            options[exchange.selection[operator_name]] = True
        with in_window():
            if "FINISHED" not in operator(filepath=str(path), check_existing=False, **options) or not path.is_file():
                raise failed(f"Blender could not write {a.format}")
        if a.format == "gltf":
            put_together(path)
        also = sorted(each for each in Path(folder).rglob("*") if each.is_file() and each != path)
        if a.format == "obj":
            _rename_library(path, stem)
        files = [_hand_over(call, each, stem, exchange.media_type if each == path else None) for each in (path, *also)]
    return {"file": files[0], "format": a.format, "also": files[1:]}


def _hand_over(call: Call, path: Path, stem: str, media_type: str | None) -> dict[str, Any]:
    label = stem + path.suffix if path.stem == "export" else path.name
    kept = path.rename(call.new_path(path.suffix))
    return answered(kept, label, media_type or MEDIA_TYPES.get(path.suffix, "application/octet-stream"))


def _rename_library(obj: Path, stem: str) -> None:
    """An OBJ names its file of materials, which is called as the export is."""
    text = obj.read_text(encoding="utf-8")
    obj.write_text(text.replace("mtllib export.mtl", f"mtllib {stem}.mtl", 1), encoding="utf-8")


def _pack_images(folder: str) -> None:
    """Images that came along lie in a folder that goes."""
    for image in bpy.data.images:
        if image.packed_file is None and image.filepath.startswith(folder):
            image.pack()


def _stem(label: str) -> str:
    """Some importers name objects after the file."""
    kept = "".join(character for character in Path(label).stem if character.isalnum() or character in " -_")
    return kept[:60].strip() or "import"


@contextmanager
def _selected(wanted: set[Any] | None) -> Iterator[None]:
    """What is selected is the artist's: it is set back."""
    if wanted is None:
        yield
        return
    things = list(bpy.context.view_layer.objects)
    kept = {thing.name: thing.select_get() for thing in things}
    try:
        for thing in things:
            thing.select_set(thing in wanted)
        yield
    finally:
        for thing in things:
            thing.select_set(kept[thing.name])


COMMANDS = {
    "import_file": Command(
        import_file, {"file": needs(file), "format": may(choice(*FORMATS)), "collection": may(name)}
    ),
    "export_file": Command(
        export_file,
        {
            "format": may(choice(*FORMATS), "glb"),
            "object": may(name),
            "objects": may(array(name, 10_000)),
            "name": may(file_name, "scene"),
        },
    ),
}
