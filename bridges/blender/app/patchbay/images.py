# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that come in as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from .errors import failed
from .naming import rename


def load_image(path: Path, label: str) -> Any:
    """Packed into the document, because the bridge's file does not stay. Raises COMMAND_FAILED for what is no image."""
    try:
        image = bpy.data.images.load(str(path))
    except RuntimeError as error:
        raise failed(f"'{label}' is no image that Blender can read") from error
    if image.size[0] == 0 or image.size[1] == 0:
        raise failed(f"'{label}' is no image that Blender can read")
    image.pack()
    rename(image, label.encode()[:63].decode(errors="ignore"), bpy.data.images)
    return image
