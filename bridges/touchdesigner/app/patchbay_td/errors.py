"""The errors that a command answers with: Patchbay's codes, as JSON-RPC carries them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

# Patchbay's error table, as far as the inside of an application uses it.
RPC_CODES = {
    "UNKNOWN_COMMAND": -32601,
    "INVALID_ARGUMENTS": -32602,
    "INTERNAL": -32603,
    "CANCELLED": -32800,
    "APP_BUSY": -32015,
    "NOT_FOUND": -32021,
    "COMMAND_FAILED": -32022,
    "CODE_DISABLED": -32023,
    "CONFLICT": -32032,
    "PAYLOAD_TOO_LARGE": -32031,
}
_MOST_NAMES = 20
_MOST_COMPARED = 3_000


class Issue(TypedDict):
    """One thing that is wrong in the arguments; `path` is where."""

    path: list[str | int]
    message: str


class CommandError(Exception):
    """A command that was refused or failed; the message says what was attempted and what was found."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        context: Mapping[str, Any] | None = None,
        issues: Sequence[Issue] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.context = dict(context or {})
        self.issues = list(issues)

    def to_rpc(self) -> dict[str, Any]:
        data: dict[str, Any] = {"code": self.code}
        if self.context:
            data["context"] = self.context
        if self.issues:
            data["issues"] = self.issues
        return {"code": RPC_CODES.get(self.code, -32603), "message": self.message, "data": data}


def invalid(message: str, *path: str | int) -> CommandError:
    """One argument is wrong."""
    where = ".".join(str(part) for part in path)
    issue: Issue = {"path": list(path), "message": message}
    return CommandError("INVALID_ARGUMENTS", f"{where}: {message}" if where else message, issues=[issue])


def failed(message: str, **context: Any) -> CommandError:
    """TouchDesigner could not do it."""
    return CommandError("COMMAND_FAILED", message, context=context)


def missing(message: str, wanted: str, available: Iterable[str], what: str | None = None) -> CommandError:
    """There is no such thing; `context.available` begins with what may have been meant, `context.what` is its kind."""
    names = list(available)
    # comparing is slow: in a large project some names are only counted
    near = difflib.get_close_matches(wanted, names[:_MOST_COMPARED], n=5, cutoff=0.5)
    shown = [*near, *(name for name in names if name not in near)][:_MOST_NAMES]
    hint = f"; did you mean {', '.join(near[:3])}?" if near else ""
    context: dict[str, Any] = {"available": shown, "count": len(names)}
    if what is not None:
        context["what"] = what
    return CommandError("NOT_FOUND", message + hint, context=context)
