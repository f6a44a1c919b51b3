# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command of the manifest, by name. One module each for what belongs together."""

from ..execution import Command
from . import (
    apply,
    assets,
    cameras,
    code,
    collections,
    exchange,
    files,
    keyframes,
    lights,
    materials,
    modifiers,
    objects,
    render,
    scene,
    session,
    transforms,
    viewport,
    world,
)

COMMANDS: dict[str, Command] = {
    **scene.COMMANDS,
    **collections.COMMANDS,
    **apply.COMMANDS,
    **assets.COMMANDS,
    **objects.COMMANDS,
    **transforms.COMMANDS,
    **materials.COMMANDS,
    **lights.COMMANDS,
    **world.COMMANDS,
    **cameras.COMMANDS,
    **modifiers.COMMANDS,
    **keyframes.COMMANDS,
    **render.COMMANDS,
    **viewport.COMMANDS,
    **exchange.COMMANDS,
    **files.COMMANDS,
    **session.COMMANDS,
    **code.COMMANDS,
}
