import assert from "node:assert/strict";
import { compileLinkExpression, ExpressionError } from "./link_expression.ts";

const evaluate = (text: string, value: unknown, at = 1000) => compileLinkExpression(text).evaluate(value, at);

Deno.test("an expression has the value as its input, and the sample's time", async () => {
  assert.equal(await evaluate("$ * 2 + 1", 3), 7);
  assert.equal(await evaluate("left + right", { left: 1, right: 2 }), 3);
  assert.equal(await evaluate("($seconds := $at / 1000; $seconds)", 0, 2000), 2);
  assert.equal(await evaluate("($half := function($x) { $x / 2 }; $half($))", 8), 4);
  assert.deepEqual(await evaluate("[$, $ * 2, 0]", 1), [1, 2, 0]);
  assert.deepEqual(await evaluate("$map($, function($v, $i) { $v * $i })", [5, 6, 7]), [0, 6, 14]);
  assert.deepEqual(await evaluate('{"x": $max($)}', [1, 4]), { x: 4 });
  assert.equal(await evaluate("missing", { there: 1 }), undefined);
});

Deno.test("an expression that cannot be read, or uses what a link may not, is refused before it runs", () => {
  const refused: [string, RegExp][] = [
    ["1 +", /./],
    ["$eval('1')", /cannot use \$eval/],
    ["($f := $pad; $f('x', 1000000000))", /cannot use \$pad/],
    ["($eval := 1; $eval)", /cannot use \$eval/],
    ["$contains($, /(a+)+$/)", /regular expressions/],
    ["$sine($)", /there is no \$sine/],
    ["(".repeat(1_900), /./],
  ];
  for (const [text, reason] of refused) {
    assert.throws(() => compileLinkExpression(text), (error) => {
      assert.ok(error instanceof ExpressionError, text);
      assert.match(error.message, reason);
      return true;
    });
  }
});

Deno.test("an expression that would not end, or makes much of little, is cut off", async () => {
  const hostile: [string, RegExp][] = [
    ["($f := function($x) { $f($x) }; $f(1))", /takes longer/],
    ["($f := function($x) { 1 + $f($x) }; $f(1))", /without end/],
    ["$sum($map([1..9999], function($i) { $sum($map([1..9999], function($j) { $i * $j })) }))", /takes longer/],
    ["$count([1..9000000])", /10000|sequence/i],
    ["($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $length($f('abcdefgh', 60)))", /too much/],
    ["($f := function($s, $n) { $n = 0 ? $s : $f([[$s], [$s]], $n - 1) }; $string($f([1], 60)))", /too much/],
    ["$reduce([1..60], function($a, $v) { {'l': $a, 'r': $a} })", /too much/],
    ["function($x) { $x }", /function/],
    ["$sum", /function/],
    ["[1..9000]", /too large/],
    ["$error('no')", /no/],
    ["'text' * 2", /./],
  ];
  for (const [text, reason] of hostile) {
    await assert.rejects(evaluate(text, 1), (error) => {
      assert.ok(error instanceof ExpressionError, `${text}: ${error}`);
      // on a busy machine the time runs out before anything else does
      if (!/takes longer/.test(error.message)) assert.match(error.message, reason, text);
      return true;
    });
  }
});

Deno.test("an expression reaches nothing but its input", async () => {
  for (const text of ["constructor", "__proto__", "$.constructor.constructor", "toString", "$$.__proto__.polluted"]) {
    assert.equal(await evaluate(text, { a: 1 }), undefined, text);
  }
  const input = { a: { b: 1 } };
  await evaluate('$ ~> |a|{"b": 2}|', input).catch(() => {});
  assert.deepEqual(input, { a: { b: 1 } });
});
