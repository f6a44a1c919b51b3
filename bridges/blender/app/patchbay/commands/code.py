# SPDX-License-Identifier: GPL-3.0-or-later
"""Python code from outside: off unless a person has switched it on at the bridge."""

from __future__ import annotations

import contextlib
import io
import traceback
from typing import Any

import bpy
import mathutils

from ..arguments import needs, text
from ..errors import CommandError, failed
from ..execution import Call, Command
from ..values import tidy

_LONGEST_OUTPUT = 1_000_000
_SOURCE = "<execute_python>"


def execute_python(call: Call) -> dict[str, Any]:
    if not call.allow_code:
        raise CommandError("CODE_DISABLED", "Cannot run code: the bridge was not started with --allow-code")
    output = io.StringIO()
    names: dict[str, Any] = {"__name__": "__patchbay__", "bpy": bpy, "mathutils": mathutils}
    with call.change("Execute Python", may_break=True), contextlib.redirect_stdout(output):
        try:
            exec(compile(call.args.code, _SOURCE, "exec"), names)
        except BaseException as error:
            raise failed(
                f"The code failed: {type(error).__name__}: {error}",
                traceback=_trace(error),
                output=output.getvalue()[:_LONGEST_OUTPUT],
            ) from error
        # before anything can make its references to Blender's data invalid
        result = _as_json(names.get("result"))
    return {"result": result, "output": output.getvalue()[:_LONGEST_OUTPUT]}


def _trace(error: BaseException) -> str:
    """What happened in the code, without the frames of this add-on."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == _SOURCE]
    return "".join([*traceback.format_list(frames), *traceback.format_exception_only(error)])


def _as_json(value: Any, depth: int = 0) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return tidy(value)
    if depth < 20:
        if isinstance(value, dict):
            return {str(key): _as_json(each, depth + 1) for key, each in value.items()}
        if isinstance(value, (list, tuple, set, frozenset, mathutils.Vector, mathutils.Euler, mathutils.Color)):
            return [_as_json(each, depth + 1) for each in value]
        if isinstance(value, mathutils.Matrix):
            return [_as_json(row, depth + 1) for row in value]
    return repr(value)


COMMANDS = {"execute_python": Command(execute_python, {"code": needs(text(1_000_000, 1))})}
