"""`exec_b64`: Python from outside, in base64; off unless a person has switched it on."""

from __future__ import annotations

import base64
import binascii
import contextlib
import io
import traceback
from collections.abc import Mapping
from typing import Any

from .errors import CallError, failed, invalid

_LONGEST_CODE = 1_000_000
_LONGEST_OUTPUT = 1_000_000
_DEEPEST = 20
_SOURCE = "<exec_b64>"


def exec_b64(params: Mapping[str, Any], names: Mapping[str, Any], *, allow_code: bool) -> dict[str, Any]:
    """Runs the code with `names`; what it leaves in `result` is the answer, with what it printed."""
    if not allow_code:
        raise CallError("CODE_DISABLED", "Cannot run code: allow_code is off in Cascadeur's Patchbay settings")
    source = _decoded(params.get("code"))
    output = io.StringIO()
    scope: dict[str, Any] = {"__name__": "__patchbay__", **names}
    with contextlib.redirect_stdout(output):
        try:
            exec(compile(source, _SOURCE, "exec"), scope)
        except BaseException as error:
            raise failed(
                f"The code failed: {type(error).__name__}: {error}",
                traceback=_trace(error),
                output=output.getvalue()[:_LONGEST_OUTPUT],
            ) from error
    return {"result": as_json(scope.get("result")), "output": output.getvalue()[:_LONGEST_OUTPUT]}


def as_json(value: Any, depth: int = 0) -> Any:
    """What JSON can say of it; the rest as `repr` has it."""
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return value if value - value == 0.0 else None
    if depth < _DEEPEST:
        if isinstance(value, dict):
            return {str(key): as_json(each, depth + 1) for key, each in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [as_json(each, depth + 1) for each in value]
    return repr(value)


def _decoded(code: Any) -> str:
    if not isinstance(code, str):
        raise invalid("expected text in base64", "code")
    if len(code) > _LONGEST_CODE * 4 // 3 + 4:
        raise invalid(f"at most {_LONGEST_CODE} bytes of code", "code")
    try:
        return base64.b64decode(code, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise invalid(f"not UTF-8 in base64: {error}", "code") from error


def _trace(error: BaseException) -> str:
    """What happened in the code, without the frames of this server."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == _SOURCE]
    return "".join([*traceback.format_list(frames), *traceback.format_exception_only(error)])
