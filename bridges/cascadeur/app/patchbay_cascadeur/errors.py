"""The errors that a call answers with: Patchbay's codes, as JSON-RPC carries them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

# Patchbay's error table, as far as the inside of an application uses it.
RPC_CODES = {
    "INVALID_MESSAGE": -32700,
    "INVALID_REQUEST": -32600,
    "UNKNOWN_COMMAND": -32601,
    "INVALID_ARGUMENTS": -32602,
    "INTERNAL": -32603,
    "LINK_REFUSED": -32003,
    "APP_UNRESPONSIVE": -32014,
    "APP_BUSY": -32015,
    "NOT_FOUND": -32021,
    "COMMAND_FAILED": -32022,
    "CODE_DISABLED": -32023,
    "PAYLOAD_TOO_LARGE": -32031,
    "CONFLICT": -32032,
}


class Issue(TypedDict):
    """One thing that is wrong in the arguments; `path` is where."""

    path: list[str | int]
    message: str


class CallError(Exception):
    """A call that was refused or failed; the message says what was attempted and what was found."""

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


def invalid(message: str, *path: str | int) -> CallError:
    """One argument is wrong."""
    where = ".".join(str(part) for part in path)
    issue: Issue = {"path": list(path), "message": message}
    return CallError("INVALID_ARGUMENTS", f"{where}: {message}" if where else message, issues=[issue])


def failed(message: str, **context: Any) -> CallError:
    """Cascadeur could not do it."""
    return CallError("COMMAND_FAILED", message, context=context)


def missing(kind: str, name: str, available: Sequence[str]) -> CallError:
    """There is nothing of that name."""
    return CallError(
        "NOT_FOUND", f"Cannot find the {kind} '{name[:200]}'", context={"available": list(available)[:100]}
    )
