import assert from "node:assert/strict";
import fc from "fast-check";
import { holds } from "./holds.ts";
import { Comparison, Condition } from "./plan_conditions.ts";

const results = new Map<string, unknown>([
  ["s1", { count: 3, name: "Cube.001", tags: ["red", { a: 1 }], none: null, "Exchange Rate": 1.5, at: [0, 1] }],
  ["s2", [{ name: "a" }, { name: "b" }]],
]);
const compare = (ref: string, comparison: Omit<Comparison, "$ref">) => holds({ $ref: ref, ...comparison }, results);

Deno.test("a comparison looks at what the step gave", () => {
  assert.ok(compare("s1.result.count", { equals: 3, greaterThan: 2, atLeast: 3, lessThan: 4, atMost: 3 }));
  assert.ok(!compare("s1.result.count", { equals: 3, greaterThan: 3 }));
  assert.ok(compare("s1.result.at", { equals: [0, 1] }));
  assert.ok(compare("s1#/result/Exchange Rate", { oneOf: [1, 1.5] }));
  assert.ok(compare("s2.result.1.name", { notEquals: "a" }));
});

Deno.test("a text holds a text, a list holds a value", () => {
  assert.ok(compare("s1.result.name", { contains: "Cube" }));
  assert.ok(compare("s1.result.tags", { contains: { a: 1 } }));
  assert.ok(!compare("s1.result.tags", { contains: "re" }));
  assert.ok(!compare("s1.result.count", { contains: 3 }));
});

Deno.test("of what is not there, or not of the type, no comparison holds but that it is not there, or is another", () => {
  for (
    const ref of ["s1.result.nothing", "s9.result", "s1.result.__proto__", "s1.result.name.length", "what is this?"]
  ) {
    assert.ok(compare(ref, { exists: false }), ref);
    assert.ok(compare(ref, { notEquals: 1 }), ref);
    for (
      const comparison of [
        { exists: true },
        { equals: null },
        { greaterThan: -1 },
        { atMost: 9 },
        { contains: "" },
        { oneOf: [null] },
      ]
    ) assert.ok(!compare(ref, comparison), `${ref} ${JSON.stringify(comparison)}`);
  }
  assert.ok(!compare("s1.result.none", { exists: true }), "null counts as not there");
  assert.ok(compare("s1.result.none", { equals: null }));
  assert.ok(!compare("s1.result.name", { greaterThan: 0 }), "a text is not compared with numbers");
});

const leaf = fc.boolean().map((wanted): Comparison => ({ $ref: "s1.result.count", equals: wanted ? 3 : 4 }));
const both = (inner: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> =>
  fc.oneof(
    inner,
    fc.array(inner, { minLength: 1, maxLength: 4 }).map((all) => ({ all })),
    fc.array(inner, { minLength: 1, maxLength: 4 }).map((any) => ({ any })),
    inner.map((not) => ({ not })),
  );

Deno.test("conditions combine as in logic", () => {
  const truth = (condition: Condition): boolean =>
    "all" in condition
      ? !condition.all.map(truth).includes(false)
      : "any" in condition
      ? condition.any.map(truth).includes(true)
      : "not" in condition
      ? !truth(condition.not)
      : condition.equals === 3;
  fc.assert(fc.property(both(both(both(leaf))), (condition) => {
    assert.deepEqual(Condition.parse(condition), condition);
    assert.equal(holds(condition, results), truth(condition));
    assert.equal(holds({ not: condition }, results), !truth(condition));
  }));
});

Deno.test("a condition that nests deeper than three is no condition", () => {
  const deep = { not: { all: [{ any: [{ not: { $ref: "s1.result", exists: true } }] }] } };
  assert.equal(Condition.safeParse(deep).success, false);
  assert.equal(Condition.safeParse(deep.not).success, true);
});
