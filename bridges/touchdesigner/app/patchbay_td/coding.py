"""Methods of operators, and Python: the latter only where the bridge was told that it may."""

from __future__ import annotations

import contextlib
import io
import traceback
from typing import Any

import td

from .describe import errors_of
from .errors import CommandError, failed, missing
from .execution import Call, Command
from .values import as_json, whole

# Methods that neither run code nor write files. Everything else goes through execute_python.
_ANY = ("cook", "openParameters", "openViewer", "closeViewer")
_OF = {
    "tableDAT": tuple("appendRow appendCol insertRow insertCol deleteRow deleteCol clear setSize".split()),
    "timerCHOP": tuple("initialize start goTo goToNextSegment goToPrevSegment goToCycleEnd goToDone".split()),
    "TOP": ("sample",),
    "CHOP": (),
    "SOP": ("computeBounds", "computeCenter", "computeSize"),
    "COMP": ("resetNetworkView", "click"),
}
_MOST_OUTPUT = 100_000


def methods_of(node: Any) -> tuple[str, ...]:
    named = (*_ANY, *_OF.get(node.family, ()), *_OF.get(node.OPType, ()))
    return tuple(name for name in named if callable(getattr(node, name, None)))


def _call_method(call: Call) -> Any:
    node = call.node_to_change()
    name = call.args.text("method")
    allowed = methods_of(node)
    if name not in allowed:
        if callable(getattr(node, name, None)) and not name.startswith("_"):
            raise CommandError(
                "CODE_DISABLED",
                f"'{name}' of {node.path} may do anything: use execute_python, where the bridge allows code",
                context={"available": list(allowed)},
            )
        raise missing(f"{node.path} has no method '{name[:80]}'", name, allowed)
    call.stop_if_cancelled()
    positional = call.args.list_of("args", [])
    value = getattr(node, name)(*positional, **call.args.mapping("kwargs"))
    return {"name": node.name, "path": node.path, "method": name, "value": as_json(value), "errors": errors_of(node)}


def _execute_python(call: Call) -> Any:
    if not call.allow_code:
        raise CommandError("CODE_DISABLED", "Cannot run code: the bridge was started without --allow-code")
    code = call.args.text("code", longest=1_000_000)
    names: dict[str, Any] = {name: getattr(td, name) for name in dir(td) if not name.startswith("_")}
    names |= {"td": td, "me": call.network.component, "parent": call.network.component.parent, "__name__": "patchbay"}
    output = io.StringIO()
    with call.change("run Python"), contextlib.redirect_stdout(output):
        try:
            exec(compile(code, "<execute_python>", "exec"), names)
        except SyntaxError as error:
            raise failed(f"The code cannot be read: line {error.lineno}: {error.msg}") from None
        except SystemExit:
            raise failed("The code asked to end TouchDesigner, which it may not") from None
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1].lineno
            raise failed(
                f"The code failed: {type(error).__name__}: {error}",
                line=where,
                output=whole(output.getvalue())[-2_000:],
            ) from None
    return {"result": as_json(names.get("result")), "output": whole(output.getvalue())[:_MOST_OUTPUT]}


COMMANDS = {
    "call_method": Command(_call_method, anything=True),
    "execute_python": Command(_execute_python, anything=True),
}
