"""From what a caller wrote to an operator: a path, a path below the home network, or a name that there is once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import td

from .errors import CommandError, failed, missing

# Networks of TouchDesigner itself, which no command is about.
SYSTEM = ("/ui", "/sys", "/local")
_MOST_LOOKED_AT = 50_000


class Network:
    """The project's operators, seen from Patchbay's own component, which lies in the home network."""

    def __init__(self, component: Any) -> None:
        self.component = component

    @property
    def home(self) -> Any:
        """Where things go unless somebody says otherwise: the network that the component was put into."""
        return self.component.parent()

    def is_ours(self, node: Any) -> bool:
        """Whether it is Patchbay's own component, or a part of it."""
        own = self.component.path
        return node.path == own or node.path.startswith(own + "/")

    def is_system(self, node: Any) -> bool:
        return any(node.path == path or node.path.startswith(path + "/") for path in SYSTEM)

    def all(self) -> Iterator[Any]:
        """Every operator of the project, parents first; without TouchDesigner's own, and without Patchbay's."""
        yield from self.below(td.root)

    def below(self, parent: Any, depth: int | None = None) -> Iterator[Any]:
        if depth is not None and depth <= 0:
            return
        for child in parent.children:
            if self.is_ours(child) or self.is_system(child):
                continue
            yield child
            if child.isCOMP:
                yield from self.below(child, None if depth is None else depth - 1)

    def find(self, reference: str) -> Any:
        """Raises NOT_FOUND, or CONFLICT where several have that name."""
        wanted = reference.strip()
        if wanted == "/":
            return td.root
        if wanted and not set(wanted) & set("*?[]"):
            path = wanted if wanted.startswith("/") else f"{self.home.path.rstrip('/')}/{wanted}"
            found = td.op(path)
            if found is not None:
                return found
        if "/" not in wanted:
            named = self._named(wanted)
            if len(named) == 1:
                return named[0]
            if len(named) > 1:
                paths = [node.path for node in named][:20]
                raise CommandError(
                    "CONFLICT",
                    f"{len(named)} operators are called '{wanted}': say which by its path",
                    context={"available": paths},
                )
        names = (node.path if "/" in wanted else node.name for node in self.all())
        raise missing(f"There is no operator '{wanted[:200]}'", wanted, dict.fromkeys(names))

    def find_to_change(self, reference: str) -> Any:
        """The same, for what is not Patchbay's own or TouchDesigner's."""
        node = self.find(reference)
        if self.is_ours(node):
            raise failed(f"{node.path} is Patchbay's own component: change it by hand")
        if self.is_system(node):
            raise failed(f"{node.path} belongs to TouchDesigner itself")
        return node

    def find_network(self, reference: str | None) -> Any:
        """A component that operators can be put into; the home network unless one is named."""
        node = self.home if reference is None else self.find(reference)
        if not node.isCOMP:
            raise failed(f"{node.path} is a {node.OPType}, and holds no operators: only a COMP does")
        if self.is_ours(node) or self.is_system(node):
            raise failed(f"{node.path} is not the project's: nothing can be put there")
        return node

    def _named(self, wanted: str) -> list[Any]:
        exact: list[Any] = []
        alike: list[Any] = []
        lower = wanted.lower()
        for count, node in enumerate(self.all()):
            if node.name == wanted:
                exact.append(node)
            elif node.name.lower() == lower:
                alike.append(node)
            if count >= _MOST_LOOKED_AT:
                break
        return exact or alike


def of_family(node: Any, family: str) -> Any:
    """Raises COMMAND_FAILED for an operator of another family."""
    if node.family != family:
        raise failed(f"{node.path} is a {node.OPType}, and this needs a {family}", family=node.family)
    return node
