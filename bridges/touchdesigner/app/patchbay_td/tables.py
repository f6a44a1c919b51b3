"""The content of DATs. A script writes it past TouchDesigner's undo, so that the inverse is to write what was there."""

from __future__ import annotations

from typing import Any

from .describe import errors_of
from .errors import CommandError, failed
from .execution import Call, Command
from .lookup import of_family
from .values import whole


def _set_table(call: Call) -> Any:
    dat = of_family(call.node_to_change(), "DAT")
    if dat.OPType != "tableDAT":
        raise failed(f"{dat.path} is a {dat.OPType}: only a tableDAT takes rows")
    rows = call.args.list_of("rows")
    if not all(isinstance(row, list) and all(isinstance(cell, (str, int, float)) for cell in row) for row in rows):
        raise call.args.wrong("expected rows of texts and numbers", "rows")
    previous = [[whole(str(dat[r, c].val)) for c in range(dat.numCols)] for r in range(dat.numRows)]
    dat.clear()
    for row in rows:
        dat.appendRow([str(cell) for cell in row])
    return {
        "name": dat.name,
        "path": dat.path,
        "rows": int(dat.numRows),
        "columns": int(dat.numCols),
        "previous": previous,
    }


def _set_text(call: Call) -> Any:
    if not call.allow_code:
        raise CommandError("CODE_DISABLED", "Cannot write text: a DAT's text may be a script, and code is switched off")
    dat = of_family(call.node_to_change(), "DAT")
    if not dat.isEditable:
        raise failed(f"{dat.path} makes its text itself: it cannot be written")
    previous = whole(str(dat.text))
    dat.text = call.args.text("text", longest=5_000_000)
    return {
        "name": dat.name,
        "path": dat.path,
        "characters": len(str(dat.text)),
        "previous": previous,
        "errors": errors_of(dat),
    }


COMMANDS = {"set_table": Command(_set_table), "set_text": Command(_set_text)}
