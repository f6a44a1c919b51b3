"""The rig: joints, the controllers that move them, and Cascadeur's own tools for both."""

from __future__ import annotations

from typing import Any

from ..arguments import Arguments
from ..errors import CallError, failed, missing
from . import Context
from .actions import dispatched
from .objects import summary

# What an animator moves; joints follow.
CONTROLLERS = ("Point", "Box")
AUTO_POSING = {
    "toggle": "AutoPosingTool.AutoPosing",
    "update": "AutoPosingTool.Update",
    "unlock": "AutoPosingTool.AutoUnlock",
    "switch_lock": "AutoPosingTool.SwitchLock",
}


def get_rig(context: Context, _: Arguments) -> Any:
    app = context.app
    types = [app.type_of(oid) for oid in app.objects()]
    return {
        "joints": len(app.owners_of("Joint")),
        "controllers": sum(one in CONTROLLERS for one in types),
        "rigs": len(app.owners_of("RigInfo")),
        "rig_mode": app.is_rigging,
        "templates": sorted(app.rig_templates()),
    }


def list_joints(context: Context, args: Arguments) -> Any:
    app = context.app
    frame = args.frame("frame", app.frame)
    joints = [{**summary(app, oid), "position": app.joint_position(oid, frame)} for oid in app.owners_of("Joint")]
    return {"frame": frame, "joints": joints[: args.whole("limit", 500, low=1, high=1000)], "total": len(joints)}


def list_controllers(context: Context, args: Arguments) -> Any:
    app = context.app
    frame = args.frame("frame", app.frame)
    wanted = (args.choice("type", CONTROLLERS),) if args.has("type") else CONTROLLERS
    found = [oid for oid in app.objects() if app.type_of(oid) in wanted]
    rows = []
    for oid in found[: args.whole("limit", 500, low=1, high=1000)]:
        lid = app.layers.layer_id_by_obj_id_or_null(oid)
        track = None if lid.is_null() else str(app.layers.header(lid).name)
        rows.append({**summary(app, oid), "track": track, "position": app.position(oid, frame)})
    return {"frame": frame, "controllers": rows, "total": len(found)}


def set_rig_mode(context: Context, args: Arguments) -> Any:
    app = context.app
    previous, wanted = app.is_rigging, args.flag("on")
    if wanted and not app.owners_of("Joint"):
        raise failed("There are no joints to rig: import a skeleton first")
    if wanted != previous:
        app.set_rig_mode(wanted, args.flag("keep_changes", True))
    if wanted and not app.owners_of("RigInfo"):
        raise failed("Cascadeur did not enter rig mode")
    return {"rig_mode": app.is_rigging, "previous": previous}


def generate_rig(context: Context, args: Arguments) -> Any:
    app = context.app
    templates = app.rig_templates()
    template = templates.get(args.text("template"))
    if template is None:
        raise missing("rig template", args.text("template"), sorted(templates))
    if not app.is_rigging:
        # the Quick Rigging Tool takes Cascadeur down with it
        raise CallError("CONFLICT", "Rig mode is off, where quick rigging would end Cascadeur: call set_rig_mode first")
    before = len(app.objects())
    app.generate_rig(template, args.flag("autoposing", True))
    made = len(app.objects()) - before
    if made <= 0:
        raise failed(f"The template '{template.stem}' made no rig: do its joints have the names of this skeleton?")
    return {"template": template.stem, "created": made}


def auto_pose(context: Context, args: Arguments) -> Any:
    return dispatched(context, AUTO_POSING[args.choice("step", tuple(AUTO_POSING))])


COMMANDS = {
    "get_rig": get_rig,
    "list_joints": list_joints,
    "list_controllers": list_controllers,
    "set_rig_mode": set_rig_mode,
    "generate_rig": generate_rig,
    "auto_pose": auto_pose,
}
