"""A stand-in for Cascadeur's `csc`: the calls that Patchbay makes, over a scene in memory, traps included."""

from __future__ import annotations

from . import app, domain, fbx, layers, math, model, tools, view
from .ids import Guid

__all__ = ["Guid", "SystemVariables", "app", "domain", "fbx", "layers", "math", "model", "tools", "view"]


class SystemVariables:
    @staticmethod
    def git_version() -> str:
        return "2026.1-simulated"
