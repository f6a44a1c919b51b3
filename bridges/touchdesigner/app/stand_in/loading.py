"""Makes the stand-in's project look like one that a TouchDesigner has reported: the bridge's state, as JSON.

What a state does not say is as in a new project: parameters, flags, places, what DATs hold.
"""

from __future__ import annotations

from typing import Any

import td
from td.definitions import TypeDef
from td.families import FAMILIES
from td.operators import OP

_WATCHES = "patchbay_watches"
_COMPONENT = "patchbay"


def load(state: dict[str, Any]) -> Any:
    """The network that Patchbay's component belongs into."""
    for child in td.root.children:
        if child.name != "local":
            child.destroy()
    home = _network(state["home"])
    for node in state["nodes"]:
        _make(node)
    for node in state["nodes"]:
        _wire(node)
    _run(state)
    # `build.py` keeps the watches of the component that it replaces
    component = home.create(td.baseCOMP, _COMPONENT)
    component.store(_WATCHES, {watch["name"]: (watch["node"], watch["channels"]) for watch in state["watched"]})
    td.world.undo.clear()
    return home


def _network(path: str) -> Any:
    """The component there; what of its path is missing is made."""
    found = td.root
    for name in path.split("/"):
        if name:
            below = found.op(name)
            found = below if below is not None and below.isCOMP else found.create(td.baseCOMP, name)
    return found


def _make(node: dict[str, Any]) -> None:
    path = str(node["path"])
    if td.op(path) is not None:
        return
    network = _network(path.rpartition("/")[0])
    made = network.create(_type(node), path.rpartition("/")[2])
    if made.isCOMP:
        # what comes with a new one is not what is in this one
        for child in made.children:
            child.destroy()


def _type(node: dict[str, Any]) -> Any:
    """One that the stand-in does not know has no parameters, and takes any wire."""
    name, family = str(node["type"]), str(node["family"])
    known = td.world.types.get(name)
    if known is not None:
        return known
    base = FAMILIES.get(family, OP)
    short = name.removesuffix(family)
    made = type(
        name,
        (base,),
        {
            "family": family,
            "type": short,
            "OPType": name,
            "label": short,
            "maxInputs": 9_999,
            "definition": TypeDef(short, short, 0, 9_999, family=family),
            "isMultiInputs": True,
        },
    )
    td.world.types[name] = made
    return made


def _wire(node: dict[str, Any]) -> None:
    target = td.op(node["path"])
    sources = [td.op(path) if path is not None else None for path in node["inputs"]]
    # one that is not among the reported ones cannot be wired
    fitting = [one if one is not None and one.parent() is target.parent() else None for one in sources]
    if any(fitting):
        target.setInputs(fitting[: target.definition.most])


def _run(state: dict[str, Any]) -> None:
    time, timeline = td.root.time, state["timeline"]
    time.play, time.rate, time.tempo = timeline["playing"], timeline["rate"], timeline["tempo"]
    time.start, time.end, time.loop = timeline["start"], timeline["end"], timeline["loop"]
    time.rangeStart, time.rangeEnd = timeline["range"]
    project = state["project"]
    td.project.name, td.project.cookRate = project["name"], project["cook_rate"]
    td.app.build = project["touchdesigner"]
