"""What differs between versions of TouchDesigner, and between TouchDesigner with and without an interface."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import td


def later(action: Callable[[], None], frames: int = 1) -> None:
    """Runs it after so many frames, whether or not the timeline plays."""
    options: dict[str, Any] = {"delayFrames": frames}
    # builds since 2020 have a timeline of their own that never stops; a shortcut that is missing raises what it likes
    with contextlib.suppress(Exception):
        options["delayRef"] = td.op.TDResources
    td.run("args[0]()", action, **options)


def lines(messages: Any) -> list[str]:
    """What `errors()` and `warnings()` give: one text in most builds, a list in some."""
    found = messages.splitlines() if isinstance(messages, str) else [str(each) for each in messages or ()]
    return [line.strip() for line in found if line.strip()]


def undo() -> Any | None:
    """The undo history; there is none without an interface."""
    interface = getattr(td, "ui", None)
    return getattr(interface, "undo", None)


def undo_names() -> list[str]:
    history = undo()
    return [str(name) for name in history.undoStack] if history is not None else []


def redo_names() -> list[str]:
    history = undo()
    return [str(name) for name in history.redoStack] if history is not None else []


def families() -> dict[str, list[Any]]:
    return {str(family): list(types) for family, types in td.families.items()}


def operator_type(name: str) -> Any | None:
    """The class of an operator: `noiseTOP`."""
    for types in td.families.values():
        for each in types:
            if each.__name__ == name:
                return each
    return None


def type_facts(kind: Any) -> tuple[str, int, int]:
    """Label, least and most inputs of a type, as far as its class tells: some builds tell by operators only."""
    label, least, most = (getattr(kind, name, None) for name in ("label", "minInputs", "maxInputs"))
    return (
        label if isinstance(label, str) else kind.__name__,
        least if isinstance(least, int) else 0,
        most if isinstance(most, int) else 0,
    )


def app_version() -> str:
    """`2023.11880`"""
    version, build = str(td.app.version), str(td.app.build)
    return build if build.startswith("20") else f"{version}.{build}"


def is_playing() -> bool:
    return bool(td.root.time.play)


def rate_of(chop: Any) -> float:
    """Samples a second."""
    return float(getattr(chop, "rate", 0) or getattr(chop, "sampleRate", 0) or 0)


def color_of(node: Any) -> list[float]:
    return [float(part) for part in node.color][:3]
