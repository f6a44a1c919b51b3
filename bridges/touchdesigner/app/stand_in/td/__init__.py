"""A stand-in for TouchDesigner's module `td`: what Patchbay's component uses of it, with consequences that can be seen.

It is no TouchDesigner: a useful part of the operators, of which some cook; but parameters, expressions, wires, errors,
the undo history, the timeline and the callbacks behave as TouchDesigner's do, as far as they are documented.
"""

from __future__ import annotations

import platform
import sys
from types import SimpleNamespace
from typing import Any

from .families import CHOP, COMP, DAT, MAT, SOP, TOP
from .operators import OP
from .pars import Par, ParMode, tdError
from .wires import Connector
from .world import BUILD, VERSION, Finder, World, tdu

__all__ = ["CHOP", "COMP", "DAT", "MAT", "OP", "SOP", "TOP", "Connector", "Par", "ParMode", "tdError", "tdu"]

app = SimpleNamespace(
    version=VERSION,
    build=f"{VERSION}.{BUILD}-simulated",
    osName=platform.system(),
    osVersion=platform.release(),
    userPaletteFolder="",
)
licenses = SimpleNamespace(isNonCommercial=False)


def reset() -> World:
    """A new, empty project; for tests."""
    module: Any = sys.modules[__name__]
    made = World()
    module.world = made
    module.root, module.project, module.ui = made.root, made.project, made.ui
    module.absTime, module.run, module.person = made.abs_time, made.run, made.person
    module.op = Finder(lambda path: made.find(path, made.root))
    module.families = made.families()
    for name, kind in made.types.items():
        setattr(module, name, kind)
    return made


reset()
