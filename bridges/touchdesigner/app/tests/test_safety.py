from __future__ import annotations

from types import SimpleNamespace

import pytest

from patchbay_td.errors import CommandError
from patchbay_td.safety import check_expression, check_parameter


@pytest.mark.parametrize(
    "expression",
    [
        "absTime.seconds * 0.1",
        "op('lfo1')['chan1'] * 2 + 1",
        "me.digits",
        "parent().par.Speed.eval()",
        "math.sin(absTime.frame / 60)",
        "tdu.remap(op('a')[0], 0, 1, 10, 20)",
        "'Größe' if op('switch1').par.index > 0 else 'nichts'",
        "[i * 2 for i in range(3)][1]",
        "f'{absTime.frame:.0f}'",
        "max(0, min(1, op('../x').par.tx))",
    ],
)
def test_what_reads_and_computes_may(expression):
    check_expression(expression, "here")


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os').system('x')",
        "open('/etc/passwd').read()",
        "eval('1')",
        "exec('1')",
        "op('a').destroy()",
        "op('text1').run()",
        "op('text1').module.f",
        "mod('text1').f()",
        "op('a').par.tx.__class__",
        "(lambda: 1)()",
        "project.save('x')",
        "run('x')",
        "app.version",
        "ui.messageBox('a', 'b')",
        "getattr(op('a'), 'destroy')",
        "op('a').store('k', 1)",
        "[op][0]('a')('x')",
        "(x := 1)",
        "sys.modules",
        "op('a').ext.Thing",
        "''.join.__self__",
        "globals()",
    ],
)
def test_what_could_do_more_may_not(expression):
    with pytest.raises(CommandError) as caught:
        check_expression(expression, "here")
    assert caught.value.code == "CODE_DISABLED"


@pytest.mark.parametrize("expression", ["1 +", "x = 1", "import os", "", "(" * 500, "\0"])
def test_what_is_no_expression_is_told(expression):
    with pytest.raises(CommandError) as caught:
        check_expression(expression, "here")
    assert caught.value.code == "COMMAND_FAILED"


@pytest.mark.parametrize(
    ("family", "name"),
    [("COMP", "externaltox"), ("COMP", "ext0object"), ("DAT", "file"), ("CHOP", "callbacks"), ("DAT", "expr1")],
)
def test_parameters_that_bring_code_are_refused(family, name):
    with pytest.raises(CommandError):
        check_parameter(SimpleNamespace(family=family, path="/x"), name)


@pytest.mark.parametrize(("family", "name"), [("TOP", "file"), ("CHOP", "file"), ("TOP", "amp"), ("TOP", "extend")])
def test_other_parameters_are_not(family, name):
    check_parameter(SimpleNamespace(family=family, path="/x"), name)
