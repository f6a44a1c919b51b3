"""What a TOP shows, as a picture."""

from __future__ import annotations

from typing import Any

import td

from .describe import errors_of
from .errors import failed
from .execution import Call, Command, answered
from .lookup import of_family
from .undoing import unrecorded

MOST_PIXELS = 4096
_FORMATS = {"png": (".png", "image/png"), "jpeg": (".jpg", "image/jpeg")}


def _get_top_image(call: Call) -> Any:
    top = of_family(call.node(), "TOP")
    most = min(call.args.whole("max_size", 1024), MOST_PIXELS)
    ending, media_type = _FORMATS[call.args.text("format", "png")]
    top.cook(force=True)
    width, height = int(top.width), int(top.height)
    if width < 1 or height < 1:
        raise failed(f"{top.path} has no picture: {'; '.join(errors_of(top)) or 'its resolution is 0'}")
    scale = min(1.0, most / max(width, height))
    if scale < 1:
        content, width, height = _scaled(call, top, max(1, round(width * scale)), max(1, round(height * scale)), ending)
    else:
        content = top.saveByteArray(ending)
    if not content:
        raise failed(f"{top.path} gave no picture: {'; '.join(errors_of(top)) or 'TouchDesigner does not say why'}")
    path = call.new_path(ending)
    path.write_bytes(bytes(content))
    return {
        "name": top.name,
        "path": top.path,
        "image": answered(path, f"{top.name}{ending}", media_type),
        "width": width,
        "height": height,
        "source": [int(top.width), int(top.height)],
        "errors": errors_of(top),
    }


def _scaled(call: Call, top: Any, width: int, height: int, ending: str) -> tuple[bytes, int, int]:
    """Through a TOP that is there for this moment alone, in Patchbay's own component."""
    with unrecorded():
        small = call.network.component.create(td.selectTOP)
        try:
            small.par.top = top.path
            small.par.outputresolution = "custom"
            small.par.resolutionw, small.par.resolutionh = width, height
            small.cook(force=True)
            return bytes(small.saveByteArray(ending)), int(small.width), int(small.height)
        finally:
            small.destroy()


COMMANDS = {"get_top_image": Command(_get_top_image, reads=True)}
