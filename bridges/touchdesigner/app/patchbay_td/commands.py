"""Every command, by its name in the manifest."""

from __future__ import annotations

from . import (
    coding,
    history,
    knowledge,
    media,
    networks,
    nodes,
    pictures,
    playing,
    reading,
    setting,
    tables,
    watching,
    wiring,
)
from .execution import Command

COMMANDS: dict[str, Command] = {
    **reading.COMMANDS,
    **nodes.COMMANDS,
    **wiring.COMMANDS,
    **setting.COMMANDS,
    **tables.COMMANDS,
    **pictures.COMMANDS,
    **media.COMMANDS,
    **playing.COMMANDS,
    **watching.COMMANDS,
    **networks.COMMANDS,
    **knowledge.COMMANDS,
    **coding.COMMANDS,
    **history.COMMANDS,
}
