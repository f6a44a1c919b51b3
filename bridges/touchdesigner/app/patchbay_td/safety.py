"""What a command that is no `execute_python` may not do: run code. Parameters and expressions of TouchDesigner can.

The switch for code is the bridge's, and only commands with the effect `open` stand behind it. So what would run Python
by way of a parameter is refused here always, with the switch on as well.
"""

from __future__ import annotations

import ast
from typing import Any

from .errors import CommandError, failed

# Functions and methods that only compute or read.
_FUNCTIONS = frozenset(
    """
    abs all any bool divmod float int len list max min pow range round sorted str sum tuple zip op parent ops ipar iop
    """.split()
)
_METHODS = frozenset(
    """
    acos asin atan atan2 ceil cos cosh degrees exp floor fmod hypot log log10 log2 modf pow radians sin sinh sqrt
    tan tanh
    base clamp collapsePath expand legalName match rand remap split validName
    eval evalNorm op ops parent chan chans chanIndex evalFrame evalSeconds index numpy
    capitalize count endswith find format join lower lstrip replace rstrip split startswith strip title upper zfill
    row col rows cols cell cells findCell
    childrenCount sample get keys values items
    """.split()
)
# Names that reach code, files or the process.
_FORBIDDEN = frozenset(
    "app debug ext exec mod module modules open project run storage sys ui var varExists licenses".split()
)
# Parameters whose value is code, or a file that code comes from.
_CODE_PARAMETERS = frozenset(
    "externaltox enableexternaltox reloadtox reinitextensions reinitnet callbacks script sourcefile loadonstart".split()
)
_CODE_PREFIXES = ("extension", "ext0", "ext1", "ext2", "ext3", "ext4", "ext5", "ext6", "ext7", "ext8", "ext9")
_DAT_FILE_PARAMETERS = frozenset("file syncfile loadonstartpulse writeonfilechange write writepulse url fetch".split())


def check_expression(expression: str, where: str) -> None:
    """Raises CODE_DISABLED for an expression that does more than read and compute; COMMAND_FAILED for none at all."""
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise failed(f"{where}: '{expression[:80]}' is no Python expression: {error}") from None
    for node in ast.walk(tree):
        what = _forbidden(node)
        if what is not None:
            raise CommandError(
                "CODE_DISABLED",
                f"{where}: the expression uses {what}; expressions read and compute only, code goes to execute_python",
                context={"expression": expression[:200]},
            )


def _forbidden(node: ast.AST) -> str | None:
    if isinstance(node, (ast.Lambda, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)):
        return type(node).__name__
    if isinstance(node, ast.Attribute) and (node.attr.startswith("_") or node.attr in _FORBIDDEN):
        return f"'.{node.attr}'"
    if isinstance(node, ast.Name) and (node.id.startswith("_") or node.id in _FORBIDDEN):
        return f"'{node.id}'"
    if isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Name) and function.id not in _FUNCTIONS:
            return f"'{function.id}()'"
        if isinstance(function, ast.Attribute) and function.attr not in _METHODS:
            return f"'.{function.attr}()'"
        if not isinstance(function, (ast.Name, ast.Attribute)):
            return "a call of what is no name"
    return None


def check_parameter(node: Any, name: str) -> None:
    """Raises CODE_DISABLED for a parameter through which code would come into the project."""
    lower = name.lower()
    is_code = (
        lower in _CODE_PARAMETERS
        or lower.startswith(_CODE_PREFIXES)
        or "expr" in lower
        or (node.family == "DAT" and lower in _DAT_FILE_PARAMETERS)
    )
    if is_code:
        raise CommandError(
            "CODE_DISABLED",
            f"The parameter '{name}' of {node.path} brings code into the project; use execute_python for that",
            context={"parameter": name},
        )
