"""Operators, their networks and their families."""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING, Any

from . import cooking_chops, cooking_tops, geometry
from .catalogue import CATALOGUE, COMMON, TypeDef
from .datafile import DatContent
from .pars import Page, Par, ParCollection, tdError
from .wires import Connector

if TYPE_CHECKING:
    from .world import World


class OP:
    """Any operator."""

    world: World
    family = ""
    type = ""
    OPType = ""
    label = ""
    minInputs = 0
    maxInputs = 0
    definition: TypeDef

    def __init__(self, name: str, parent: Any) -> None:
        self.id = self.world.next_id()
        self._name = name
        self._parent = parent
        self._place = (0.0, 0.0)
        self._flags = {"bypass": False, "display": True, "render": True, "viewer": False, "lock": False}
        self._comment = ""
        self._storage: dict[str, Any] = {}
        self.tags: set[str] = set()
        self.color = (0.545, 0.545, 0.545)
        self.valid = True
        self.isUtility = False
        self.cooks = 0
        self.par = ParCollection(self, (*self.definition.parameters, *COMMON.get(self.family, ())))
        count = min(self.definition.most, 64)
        self.inputConnectors = [Connector(self, i, is_input=True) for i in range(count)]
        outputs = 0 if self.isCOMP or self.family == "MAT" else 1
        self.world.listen(self)
        self.outputConnectors = [Connector(self, i, is_input=False) for i in range(outputs)]

    def __repr__(self) -> str:
        return f"type:{self.OPType} path:{self.path}"

    @property
    def isCOMP(self) -> bool:
        return self.family == "COMP"

    isTOP = property(lambda self: self.family == "TOP")
    isCHOP = property(lambda self: self.family == "CHOP")
    isSOP = property(lambda self: self.family == "SOP")
    isDAT = property(lambda self: self.family == "DAT")

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_]+", name):
            raise tdError(f"Invalid name '{name}'")
        before, after = self._name, self._parent.free_name(name, self)

        def put(content: str) -> None:
            self._name = content
            self._parent.renamed()

        put(after)
        self.world.undo.record(lambda: put(before), lambda: put(after))

    @property
    def path(self) -> str:
        if self._parent is None:
            return "/"
        return f"{self._parent.path.rstrip('/')}/{self._name}"

    @property
    def is_there(self) -> bool:
        """Whether neither it nor what it is in has been destroyed."""
        return self._parent is None or (self.valid and self._parent.is_there)

    def parent(self, level: int = 1) -> Any:
        found: Any = self
        for _ in range(level):
            found = found._parent if found is not None else None
        return found

    @property
    def children(self) -> list[Any]:
        return []

    @property
    def inputs(self) -> list[Any]:
        return [end.owner for connector in self.inputConnectors for end in connector.connections]

    @property
    def outputs(self) -> list[Any]:
        return [end.owner for connector in self.outputConnectors for end in connector.connections]

    def pars(self, *patterns: str) -> list[Par]:
        return [
            par for par in self.par if not patterns or any(fnmatch.fnmatchcase(par.name, each) for each in patterns)
        ]

    def op(self, path: str) -> Any:
        return self.world.find(path, self if self.isCOMP else self._parent)

    @property
    def nodeX(self) -> float:
        return self._place[0]

    @nodeX.setter
    def nodeX(self, x: float) -> None:
        self._move(float(x), self._place[1])

    @property
    def nodeY(self) -> float:
        return self._place[1]

    @nodeY.setter
    def nodeY(self, y: float) -> None:
        self._move(self._place[0], float(y))

    @property
    def comment(self) -> str:
        return self._comment

    @comment.setter
    def comment(self, text: str) -> None:
        self._comment = str(text)

    def store(self, key: str, value: Any) -> None:
        self._storage[key] = value

    def fetch(self, key: str, default: Any = None, search: bool = True) -> Any:
        return self._storage.get(key, default)

    def destroy(self) -> None:
        """With all wires; taking it back brings them back."""
        if self._parent is None:
            raise tdError("The root cannot be destroyed")
        for connector in (*self.inputConnectors, *self.outputConnectors):
            connector.disconnect()
        self._parent.remove(self)

    def cook(self, force: bool = False, recurse: bool = False) -> None:
        self.cooks += 1

    def errors(self, recurse: bool = False) -> str:
        found = self._own_errors()
        if recurse:
            for child in self.children:
                found += [line for line in child.errors(recurse=True).splitlines() if line]
        return "\n".join(found)

    def warnings(self, recurse: bool = False) -> str:
        return ""

    def openParameters(self) -> None:
        """Shows the parameters in a window."""

    def openViewer(self) -> None:
        """Shows the operator in a window."""

    def closeViewer(self) -> None:
        """Closes that window."""

    def on_parameter(self, par: Par, before: Any) -> None:
        self.world.parameter_changed(self, par, before)

    def on_pulse(self, par: Par) -> None:
        self.world.parameter_pulsed(self, par)

    def expression_names(self) -> dict[str, Any]:
        return self.world.names(self, self._parent)

    def feeds_itself(self) -> bool:
        seen: set[int] = set()
        waiting = list(self.inputs) if self.type != "feedback" else []
        while waiting:
            node = waiting.pop()
            if node is self:
                return True
            if node.id not in seen and node.type != "feedback":
                seen.add(node.id)
                waiting += node.inputs
        return False

    def _own_errors(self) -> list[str]:
        found: list[str] = []
        if len(self.inputs) < self.minInputs:
            found.append(f"Not enough sources specified. ({self.path})")
        if self.feeds_itself():
            found.append(f"Cook dependency loop detected. ({self.path})")
        for par in self.par:
            try:
                par.eval()
            except tdError as error:
                found.append(f"{par.name}: {error} ({self.path})")
        return found

    def _move(self, x: float, y: float) -> None:
        before, after = self._place, (x, y)

        def put(content: tuple[float, float]) -> None:
            self._place = content

        put(after)
        self.world.undo.record(lambda: put(before), lambda: put(after))

    def set_flag(self, name: str, value: bool) -> None:
        before = self._flags[name]

        def put(content: bool) -> None:
            self._flags[name] = content

        put(bool(value))
        self.world.undo.record(lambda: put(before), lambda: put(bool(value)))


def _flag(name: str) -> property:
    return property(lambda self: self._flags[name], lambda self, value: self.set_flag(name, value))


for _name in ("bypass", "display", "render", "viewer", "lock"):
    setattr(OP, _name, _flag(_name))


class TOP(OP):
    family = "TOP"

    @property
    def width(self) -> int:
        return cooking_tops.size_of(self)[0]

    @property
    def height(self) -> int:
        return cooking_tops.size_of(self)[1]

    def saveByteArray(self, filetype: str, **_options: Any) -> bytearray:
        """The picture as a file. The stand-in writes PNG whatever it is asked for."""
        self.cook(force=True)
        return bytearray(cooking_tops.picture(self))

    def sample(self, x: int = 0, y: int = 0) -> tuple[float, float, float, float]:
        """The colour of one pixel; y goes up."""
        width, height = cooking_tops.size_of(self)
        return cooking_tops.source_of(self)((x + 0.5) / width, (y + 0.5) / height)

    def _own_errors(self) -> list[str]:
        return super()._own_errors() + [f"{line} ({self.path})" for line in cooking_tops.problems(self)]


class CHOP(OP):
    family = "CHOP"

    def chans(self, *patterns: str) -> list[Any]:
        return cooking_chops.channels_of(self)

    @property
    def numChans(self) -> int:
        return len(self.chans())

    @property
    def numSamples(self) -> int:
        return cooking_chops.samples_of(self)

    @property
    def rate(self) -> float:
        return 60.0

    def __getitem__(self, key: Any) -> Any:
        channels = self.chans()
        if isinstance(key, int):
            return channels[key] if key < len(channels) else None
        return next((each for each in channels if each.name == key), None)

    def _own_errors(self) -> list[str]:
        return super()._own_errors() + [f"{line} ({self.path})" for line in cooking_chops.problems(self)]


class SOP(OP):
    family = "SOP"

    @property
    def numPoints(self) -> int:
        return geometry.counts(self)[0]

    @property
    def numPrims(self) -> int:
        return geometry.counts(self)[1]


class DAT(OP, DatContent):
    family = "DAT"


class MAT(OP):
    family = "MAT"


class COMP(OP):
    family = "COMP"

    def __init__(self, name: str, parent: Any) -> None:
        self._children: dict[str, Any] = {}
        self._pages: list[Page] = []
        self._cooking = True
        super().__init__(name, parent)

    @property
    def children(self) -> list[Any]:
        return list(self._children.values())

    def child(self, name: str) -> Any:
        return self._children.get(name)

    def renamed(self) -> None:
        """A child has another name."""
        self._children = {child.name: child for child in self._children.values()}

    @property
    def time(self) -> Any:
        return self.world.time

    @property
    def allowCooking(self) -> bool:
        return self._cooking

    @allowCooking.setter
    def allowCooking(self, value: bool) -> None:
        before = self._cooking

        def put(content: bool) -> None:
            self._cooking = content

        put(bool(value))
        self.world.undo.record(lambda: put(before), lambda: put(bool(value)))

    def appendCustomPage(self, name: str) -> Page:
        return Page(name, self)

    def create(self, kind: Any, name: str | None = None) -> Any:
        """Raises `tdError` for what is no type of operator."""
        if isinstance(kind, str):
            kind = self.world.types.get(kind)
        if kind is None or not isinstance(kind, type) or not issubclass(kind, OP) or not kind.OPType:
            raise tdError(f"Unknown operator type {kind!r}")
        wanted = name if name is not None else f"{kind.type}1"
        if not re.fullmatch(r"[A-Za-z0-9_]+", wanted):
            raise tdError(f"Invalid name '{wanted}'")
        node = kind(self.free_name(wanted), self)
        self.add(node)
        if kind.OPType == "geometryCOMP":
            node._children["torus1"] = self.world.types["torusSOP"]("torus1", node)
        return node

    def copy(self, source: Any, name: str | None = None, includeDocked: bool = True) -> Any:
        made = self.create(type(source), name or source.name)
        for par in source.par:
            own = made.par[par.name] or made.par.add(par._definition)
            own._val, own._expr, own._mode = par._val, par._expr, par._mode
        if source.isCOMP:
            made._children.clear()
            for child in source.children:
                made.copy(child)
        if source.isDAT:
            made.take(source)
        return made

    def add(self, node: Any) -> None:
        def put() -> None:
            node.valid = True
            # an operator that comes back is another one to whoever knew its id
            node.id = self.world.next_id()
            self._children[node.name] = node

        def take() -> None:
            del self._children[node.name]
            node.valid = False

        put()
        self.world.undo.record(take, put)

    def remove(self, node: Any) -> None:
        def take() -> None:
            del self._children[node.name]
            node.valid = False

        def put() -> None:
            node.valid = True
            node.id = self.world.next_id()
            self._children[node.name] = node

        take()
        self.world.undo.record(put, take)

    def free_name(self, wanted: str, itself: Any = None) -> str:
        """With the next digit where it is taken."""
        base, digits = re.fullmatch(r"(.*?)(\d*)", wanted).groups()
        name, number = wanted, int(digits or 0)
        while self._children.get(name, itself) is not itself:
            number += 1
            name = f"{base}{number}"
        return name

    def findChildren(self, name: str | None = None, depth: int | None = None, **_more: Any) -> list[Any]:
        found: list[Any] = []
        for child in self._children.values():
            if name is None or fnmatch.fnmatchcase(child.name, name):
                found.append(child)
            if child.isCOMP and (depth is None or depth > 1):
                found += child.findChildren(name, None if depth is None else depth - 1)
        return found

    def resetNetworkView(self, recurse: bool = False) -> None:
        """Shows the whole network."""

    def save(self, path: str, createFolders: bool = False) -> str:
        with open(path, "wb") as file:
            file.write(b"stand-in")
        return path


FAMILIES: dict[str, type[OP]] = {"TOP": TOP, "CHOP": CHOP, "SOP": SOP, "DAT": DAT, "COMP": COMP, "MAT": MAT}


def make_types(world: World) -> dict[str, Any]:
    """`noiseTOP` and all others, for one world."""
    OP.world = world
    types: dict[str, Any] = {}
    for family, definitions in CATALOGUE.items():
        for definition in definitions:
            name = f"{definition.name}{family}"
            types[name] = type(
                name,
                (FAMILIES[family],),
                {
                    "__doc__": f"The {definition.label} {family}.",
                    "type": definition.name,
                    "OPType": name,
                    "label": definition.label,
                    "minInputs": definition.least,
                    "maxInputs": definition.most,
                    "definition": definition,
                    "isMultiInputs": definition.most > 3,
                },
            )
    return types
