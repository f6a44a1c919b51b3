"""Boots Patchbay from the text modules of its component, so that the project carries everything with it.

`me` is this DAT, its parent the component. What runs is kept in `sys`: TouchDesigner compiles this text anew at will.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.util
import sys
import types
from pathlib import Path
from typing import Any

PACKAGE = "patchbay_td"
_RUNNING = "patchbay_td_running"


class TextModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of the package in Text DATs."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname not in self._texts:
            return None
        return importlib.util.spec_from_loader(fullname, self, is_package=fullname == PACKAGE)

    def create_module(self, spec: Any) -> None:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        exec(compile(self._texts[module.__name__], f"<{module.__name__}>", "exec"), module.__dict__)


def running() -> dict[str, Any]:
    """The sessions of this TouchDesigner, by the path of their component."""
    holder = sys.modules.setdefault(_RUNNING, types.ModuleType(_RUNNING))
    return holder.__dict__.setdefault("sessions", {})


def session() -> Any:
    """The session of this component; None where it is switched off."""
    return running().get(me.parent().path)


def start() -> None:
    """Begins anew, with the text modules as they are now."""
    component = me.parent()
    stop()
    if not component.par.Active.eval():
        return
    _import(component)
    rendezvous = importlib.import_module(f"{PACKAGE}.rendezvous")
    links = str(component.par.Links.eval()).strip()

    def find() -> Any:
        folder = Path(links).expanduser() if links else rendezvous.default_links_dir()
        return rendezvous.find_bridges(folder, str(component.par.Bridge.eval()).strip())

    def show(status: str) -> None:
        component.par.Status = status[:300]

    made = importlib.import_module(f"{PACKAGE}.session").Session(component, component.op("websocket"), find, show)
    running()[component.path] = made
    made.start()


def stop() -> None:
    component = me.parent()
    ended = running().pop(component.path, None)
    if ended is not None:
        ended.close()


def _import(component: Any) -> None:
    for name in [name for name in sys.modules if name == PACKAGE or name.startswith(PACKAGE + ".")]:
        del sys.modules[name]
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != TextModules.__name__]
    texts = {}
    for dat in component.op("modules").children:
        texts[PACKAGE if dat.name == "init" else f"{PACKAGE}.{dat.name}"] = dat.text
    sys.meta_path.insert(0, TextModules(texts))
