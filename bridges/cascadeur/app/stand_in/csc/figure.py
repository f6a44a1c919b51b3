"""A simple character: a skeleton, the controllers that move it, and their tracks."""

from __future__ import annotations

from .world import Layer, Scene, Thing, Vector, new_id

# Name, parent, from the parent in centimetres, track. y is up, and the figure looks along z.
_SKELETON: list[tuple[str, str | None, Vector, str]] = [
    ("pelvis", None, (0, 95, 0), "Body"),
    ("spine", "pelvis", (0, 15, 0), "Body"),
    ("chest", "spine", (0, 20, 0), "Body"),
    ("neck", "chest", (0, 20, 0), "Head"),
    ("head", "neck", (0, 12, 0), "Head"),
]
_SIDE: list[tuple[str, str, Vector, str]] = [
    ("arm", "chest", (18, 12, 0), "Arm"),
    ("forearm", "arm", (26, 0, 0), "Arm"),
    ("hand", "forearm", (24, 0, 0), "Hand"),
    ("thigh", "pelvis", (10, -5, 0), "Leg"),
    ("calf", "thigh", (0, -42, 0), "Leg"),
    ("foot", "calf", (0, -42, 0), "Foot"),
    ("toe", "foot", (0, -4, 14), "Foot"),
]


def add_figure(scene: Scene, *, rigged: bool = True) -> None:
    """A skeleton; with controllers and tracks where it is rigged."""
    things: dict[str, Thing] = {}
    rows = list(_SKELETON)
    for side, sign in (("l", 1), ("r", -1)):
        for name, parent, (x, y, z), track in _SIDE:
            above = parent if parent in ("chest", "pelvis") else f"{parent}_{side}"
            rows.append((f"{name}_{side}", above, (sign * x, y, z), f"{track}_{side.upper()}"))
    for name, parent, offset, _ in rows:
        above = things[parent].id if parent else None
        place: Vector = (float(offset[0]), float(offset[1]), float(offset[2]))
        things[name] = scene.add(Thing(new_id(), name, "Joint", above, rest=place))
    if rigged:
        add_rig(scene, {things[name].id: track for name, _, _, track in rows})


def add_rig(scene: Scene, tracks: dict[str, str] | None = None) -> int:
    """A controller for every joint that has none; on the tracks named by joint. Answers how many."""
    joints = [thing for thing in scene.document.things.values() if thing.type == "Joint" and thing.controller is None]
    places = {joint.id: scene.position(joint, 0) for joint in joints}
    layers: dict[str, Layer] = {layer.name: layer for layer in scene.document.layers.values()}
    for joint in joints:
        track = (tracks or {}).get(joint.id, "Body")
        layer = layers.setdefault(track, layers.get(track) or scene.add_layer(track))
        stem, _, side = joint.name.partition("_")
        name = f"{stem}_MainPoint_{side}" if side else f"{stem}_MainPoint"
        point = Thing(new_id(), name, "Point", positions={0: places[joint.id]}, rotations={0: (0.0, 0.0, 0.0)})
        scene.add(point, layer)
        for frame in layer.sections:
            point.positions[frame] = places[joint.id]
        joint.controller = point.id
    if joints:
        scene.add(Thing(new_id(), "Rig info", "RigInfo"))
        scene.document.rigged = True
    return len(joints)
