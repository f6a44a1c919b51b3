"""The families of operators, and the types that the catalogue names."""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING, Any

from . import cooking_chops, cooking_tops, geometry
from .catalogue import CATALOGUE
from .datafile import DatContent
from .operators import OP
from .pars import Page, tdError

if TYPE_CHECKING:
    from .world import World


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
