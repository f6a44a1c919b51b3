"""What a DAT holds: text, or a table; and the module that its text makes."""

from __future__ import annotations

import types
from typing import Any

from .pars import tdError


class Cell:
    def __init__(self, value: str) -> None:
        self.val = value

    def __str__(self) -> str:
        return self.val


class DatContent:
    """Mixed into DATs. A script changes it past the undo history."""

    _text = ""
    _rows: list[list[str]] | None = None
    _module: types.ModuleType | None = None
    _compiled = ""

    @property
    def isTable(self) -> bool:
        return self.OPType == "tableDAT" or (self._source is not None and self._source.isTable)

    @property
    def isText(self) -> bool:
        return not self.isTable

    @property
    def isEditable(self) -> bool:
        return self.OPType in (
            "textDAT",
            "tableDAT",
            "executeDAT",
            "parameterexecuteDAT",
            "chopexecuteDAT",
            "opexecuteDAT",
        )

    @property
    def _source(self) -> Any:
        return self.inputs[0] if self.OPType == "nullDAT" and self.inputs else None

    @property
    def text(self) -> str:
        if self._source is not None:
            return self._source.text
        if self.OPType == "tableDAT":
            return "\n".join("\t".join(row) for row in self._table)
        return self._text

    @text.setter
    def text(self, text: str) -> None:
        if not self.isEditable:
            raise tdError(f"{self.path} is not editable")
        if self.OPType == "tableDAT":
            self._rows = [line.split("\t") for line in text.split("\n")] if text else []
        else:
            self._text = str(text)

    @property
    def _table(self) -> list[list[str]]:
        if self._source is not None:
            return self._source._table
        if self._rows is None:
            self._rows = []
        return self._rows

    @property
    def numRows(self) -> int:
        return len(self._table) if self.isTable else (self.text.count("\n") + 1 if self.text else 0)

    @property
    def numCols(self) -> int:
        return max((len(row) for row in self._table), default=0) if self.isTable else (1 if self.text else 0)

    def __getitem__(self, key: tuple[int, int]) -> Cell:
        row, column = key
        cells = self._table[row]
        return Cell(cells[column] if column < len(cells) else "")

    def appendRow(self, values: Any = (), *_where: Any) -> int:
        """Adds a row at the end."""
        self._table.append([str(value) for value in ([values] if isinstance(values, str) else values)])
        return len(self._table) - 1

    def appendCol(self, values: Any = (), *_where: Any) -> int:
        """Adds a column at the end."""
        for row, value in zip(self._table, values, strict=False):
            row.append(str(value))
        return self.numCols - 1

    def insertRow(self, values: Any = (), row: int = 0) -> int:
        """Puts a row before another."""
        self._table.insert(row, [str(value) for value in values])
        return row

    def deleteRow(self, row: int) -> None:
        """Removes a row."""
        del self._table[row]

    def clear(self, keepSize: bool = False) -> None:
        """Removes everything."""
        if self.isTable:
            self._table.clear()
        else:
            self._text = ""

    def setSize(self, rows: int, columns: int) -> None:
        """Makes the table so large."""
        self._rows = [["" for _ in range(columns)] for _ in range(rows)]

    def take(self, other: Any) -> None:
        self._text = other._text
        self._rows = [list(row) for row in other._rows] if other._rows is not None else None

    @property
    def module(self) -> types.ModuleType:
        if self._module is None or self._compiled != self.text:
            made = types.ModuleType(self.name)
            made.__dict__.update(self.world.names(self, self.parent()))
            self._compiled = self.text
            self._module = made
            exec(compile(self.text, f"<{self.path}>", "exec"), made.__dict__)
        return self._module

    def run(self, *_args: Any, **_kwargs: Any) -> None:
        """Runs the text as a script."""
        exec(compile(self.text, f"<{self.path}>", "exec"), self.world.names(self, self.parent()))

    def sendText(self, text: str) -> int:
        """WebSocket DATs: sends a text frame."""
        return self.world.sockets.send(self, text)

    def sendPong(self, contents: bytes) -> int:
        """WebSocket DATs: answers a ping."""
        return self.world.sockets.pong(self, bytes(contents))
