"""Builds Patchbay's component in the open project. Run it once in the textport:

    import runpy; runpy.run_path(r"<folder>/build.py")

or drag this file into the network, and run the script of the Text DAT that appears. A component that is there already
is replaced, its settings kept. It is saved to the palette as well, so that other projects get it by dragging.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import td

NAME = "patchbay"
_SETTINGS = ("Active", "Bridge", "Links")
_WATCHES = "patchbay_watches"


def folder() -> Path:
    """Where this file lies: run as a file, or as the text of a DAT that was made of it."""
    if "__file__" in globals():
        return Path(__file__).resolve().parent
    return Path(str(me.par.file.eval())).resolve().parent  # noqa: F821  (TouchDesigner's own)


def build(source: Path, network: Any | None = None, settings: dict[str, Any] | None = None) -> Any:
    """Makes the component, starts it, and answers it. Settings that are not given stay as they were."""
    parent = network or td.op("/project1") or td.root
    kept: dict[str, Any] = {}
    watches: Any = {}
    place: tuple[float, float] | None = None
    old = parent.op(NAME)
    if old is not None:
        kept = {name: old.par[name].eval() for name in _SETTINGS if old.par[name] is not None}
        watches = old.fetch(_WATCHES, {}, search=False)
        place = (old.nodeX, old.nodeY)
        if old.op("boot") is not None:
            old.op("boot").module.stop()
        old.destroy()
    kept |= settings or {}
    component = parent.create(td.baseCOMP, NAME)
    if place is not None:
        component.nodeX, component.nodeY = place
    component.comment = "Patchbay: links this project to the studio"
    component.store(_WATCHES, watches)
    _settings(component, kept)
    _texts(component, source)
    _operators(component, source)
    component.op("boot").module.start()
    return component


def _settings(component: Any, kept: dict[str, Any]) -> None:
    page = component.appendCustomPage("Patchbay")
    page.appendToggle("Active", label="Active")[0].val = kept.get("Active", True)
    page.appendStr("Bridge", label="Bridge (empty: any)")[0].val = kept.get("Bridge", "")
    page.appendStr("Links", label="Links Folder (empty: usual)")[0].val = kept.get("Links", "")
    status = page.appendStr("Status", label="Status")[0]
    status.readOnly = True
    page.appendPulse("Reconnect", label="Reconnect")


def _texts(component: Any, source: Path) -> None:
    modules = component.create(td.baseCOMP, "modules")
    modules.nodeX, modules.nodeY = 0, -150
    for row, path in enumerate(sorted((source / "patchbay_td").glob("*.py"))):
        name = "init" if path.stem == "__init__" else path.stem
        dat = modules.create(td.textDAT, name)
        dat.nodeX, dat.nodeY = (row % 6) * 160, -(row // 6) * 120
        dat.text = path.read_text(encoding="utf-8")


def _operators(component: Any, source: Path) -> None:
    def script(kind: Any, name: str, file: str, x: float) -> Any:
        dat = component.create(kind, name)
        dat.nodeX, dat.nodeY = x, 0
        dat.text = (source / "component" / file).read_text(encoding="utf-8")
        return dat

    script(td.textDAT, "boot", "boot.py", 0)
    callbacks = script(td.textDAT, "callbacks", "callbacks.py", 200)
    socket = component.create(td.websocketDAT, "websocket")
    socket.nodeX, socket.nodeY = 400, 0
    socket.par.active = False
    socket.par.callbacks = callbacks.name
    # each message is a row, and none is looked at again
    socket.par.clamp = True
    socket.par.maxlines = 1
    # TouchDesigner docks a script of its own to some operators
    for dat in list(component.children):
        if dat.OPType == "textDAT" and dat.name not in ("boot", "callbacks"):
            dat.destroy()
    execute = script(td.executeDAT, "execute", "execute.py", 600)
    for name in ("start", "create", "exit", "framestart", "projectpostsave"):
        setattr(execute.par, name, True)
    execute.par.active = True
    switches = script(td.parameterexecuteDAT, "parameters", "parameters.py", 800)
    switches.par.op = component.path
    switches.par.pars = "Active Bridge Links Reconnect"
    for name in ("custom", "valuechange", "onpulse"):
        setattr(switches.par, name, True)
    switches.par.builtin = False


def to_palette(component: Any) -> str | None:
    """Where it was saved as a .tox; None where TouchDesigner has no palette of the user's."""
    palette = getattr(td.app, "userPaletteFolder", None)
    if not palette:
        return None
    path = Path(str(palette)) / f"{NAME}.tox"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        component.save(str(path))
    except Exception as error:
        print(f"Patchbay: not saved to the palette: {error}", file=sys.stderr)
        return None
    return str(path)


if __name__ != "patchbay_build":
    _component = build(folder())
    _saved = to_palette(_component)
    print(f"Patchbay is at {_component.path}: its parameter Status says how it is linked.")
    if _saved:
        print(f"For other projects it lies in the palette: {_saved}")
