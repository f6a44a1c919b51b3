"""What every operator has: name, place, flags, parameters, wires, errors."""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING, Any

from .catalogue import COMMON
from .definitions import TypeDef
from .pars import Par, ParCollection, tdError
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
        self._connectors = [Connector(self, i, is_input=True) for i in range(min(self.definition.most, 3))]
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
    def inputConnectors(self) -> list[Connector]:
        """Where there may be any number, there is no free one behind the wired ones: `setInputs` makes it."""
        return self._connectors

    def setInputs(self, nodes: list[Any]) -> None:
        """Wires all inputs anew."""
        if len(nodes) > self.definition.most:
            raise tdError(f"{self.path} takes {self.definition.most} inputs")
        while len(self._connectors) < len(nodes):
            self._connectors.append(Connector(self, len(self._connectors), is_input=True))
        for connector, node in zip(self._connectors, [*nodes, *[None] * len(self._connectors)], strict=False):
            if node is None:
                connector.disconnect()
            elif node not in [end.owner for end in connector.connections]:
                connector.connect(node)

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
