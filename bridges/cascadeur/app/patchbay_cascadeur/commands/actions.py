"""Cascadeur's actions, as its menus have them: called by name, and only known to have been dispatched."""

from __future__ import annotations

from typing import Any

from ..arguments import Arguments
from ..csc_access import Cascadeur
from ..errors import CallError, failed
from ..watch import look
from . import Context

# These wait for a person in a dialog, or end the application: there are commands for what they do.
_REFUSED = ("File.", "Help.", "HomeScreen.", "Settings.", "Application.Exit", "Application.Home")

# Some of what Cascadeur documents; any other is called as well.
KNOWN = {
    "animation": [
        "Timeline.Play",
        "Timeline.Next key frame",
        "Timeline.Previous key frame",
        "Timeline.Create cycle",
        "Timeline.Remove cycles",
        "Timeline.Loop mode",
        "View.Animation unbaking",
        "View.AutoInterpolation_Keys",
    ],
    "physics": [
        "AutoPhysicsTool.Switch Auto Physics",
        "AutoPhysicsTool.Snap to Auto Physics",
        "View.FixFoot",
        "BallisticTrajectoryTool.Add ballistic trajectory",
    ],
    "posing": [
        "AutoPosingTool.AutoPosing",
        "AutoPosingTool.Update",
        "AutoPosingTool.AutoUnlock",
        "AutoPosingTool.SwitchLock",
        "MirrorTool.Mirror on current frame",
        "MirrorTool.Mirror on interval",
        "Copier.Copy",
        "Copier.Paste",
    ],
    "view": [
        "Application.Select all",
        "View.Center camera",
        "View.Silhouette mode",
        "GhostTool.Keyframe ghosts",
        "GhostTool.Disable ghost",
        "VisualizerStateController.AllModes.View mode",
        "VisualizerStateController.AllModes.Point controller mode",
    ],
    "history": ["Scene.Undo", "Scene.Redo"],
}


def list_actions(context: Context, args: Arguments) -> Any:
    query = args.text("query").casefold() if args.has("query") else ""
    rows = [
        {"name": name, "category": category}
        for category, names in KNOWN.items()
        for name in names
        if query in name.casefold() or query in category
    ]
    return {"actions": rows}


def call_action(context: Context, args: Arguments) -> Any:
    name = args.text("action")
    if name.startswith(_REFUSED):
        message = f"'{name[:100]}' waits for a person or ends Cascadeur: it is not called from outside"
        raise CallError("COMMAND_FAILED", message, context={"refused": list(_REFUSED)})
    return dispatched(context, name)


def undo(context: Context, args: Arguments) -> Any:
    return _step(context.app, "Scene.Undo", "undo", args)


def redo(context: Context, args: Arguments) -> Any:
    return _step(context.app, "Scene.Redo", "redo", args)


def dispatched(context: Context, action: str) -> dict[str, Any]:
    before = look(context.app)
    context.app.call_action(action)
    # an action may go on after it returns: what it will have done cannot be known here
    return {"action": action, "dispatched": True, "changed": look(context.app) != before}


def _step(app: Cascadeur, action: str, verb: str, args: Arguments) -> Any:
    """Cascadeur does not say whether there was anything to take back: the scene is compared."""
    steps = 0
    for _ in range(args.whole("steps", 1, low=1, high=100)):
        before = look(app, values=True)
        app.call_action(action)
        if look(app, values=True) == before:
            break
        steps += 1
    if steps == 0:
        raise failed(f"There was nothing to {verb}, or nothing that shows")
    return {"steps": steps}


COMMANDS = {
    "list_actions": list_actions,
    "call_action": call_action,
    "undo": undo,
    "redo": redo,
}
