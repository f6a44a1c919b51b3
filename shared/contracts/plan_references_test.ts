import assert from "node:assert/strict";
import fc from "fast-check";
import { ValidationError } from "./patchbay_error.ts";
import { bindReferences } from "./bind_references.ts";
import { dependenciesOf, findReferences, parseReference } from "./plan_references.ts";

const stepId = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,20}$/);
const escape = (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1");
const results = new Map<string, unknown>([["s1", {
  name: "Hero",
  "Exchange Rate": 1.2,
  "a/b": { "~": 1 },
  list: [{ x: 1 }, "two"],
  none: null,
}]]);
const bound = (text: unknown) => bindReferences({ value: { $ref: text } }, results)["value"];

Deno.test("a reference names a step and a path, dotted or as a pointer", () => {
  assert.deepEqual(parseReference("s1.result"), { step: "s1", keys: [] });
  assert.deepEqual(parseReference("s1.result.name"), { step: "s1", keys: ["name"] });
  assert.deepEqual(parseReference("s1#/result/Exchange Rate"), { step: "s1", keys: ["Exchange Rate"] });
});

Deno.test("any key can be named with a pointer", () => {
  fc.assert(fc.property(stepId, fc.array(fc.string()), (step, keys) => {
    assert.deepEqual(parseReference(`${step}#/result${keys.map((key) => `/${escape(key)}`).join("")}`), { step, keys });
  }));
});

Deno.test("a text that is no reference names nothing", () => {
  for (const text of ["", "s1", "s1.name", "s1.result.", "s1#/results", "s1#/result~2", "1.result", "s1.result name"]) {
    assert.equal(parseReference(text), undefined, text);
  }
});

Deno.test("references are replaced by what they name, wherever they stand", () => {
  const args = { a: { $ref: "s1.result.name" }, b: [{ c: { $asset: "s1#/result/a~1b/~0" } }], d: "s1.result" };
  assert.deepEqual(bindReferences(args, results), { a: "Hero", b: [{ c: 1 }], d: "s1.result" });
  assert.equal(bound("s1.result.list.1"), "two");
  assert.equal(bound("s1.result.none"), null);
});

Deno.test("a reference reaches neither prototypes nor what is not data", () => {
  for (
    const text of [
      "s1.result.__proto__",
      "s1.result.constructor",
      "s1.result.list.length",
      "s1.result.name.length",
      "s1.result.name.0",
      "s1.result.list.-1",
      "s1.result.list.01",
      "__proto__.result",
      "constructor.result",
      "s2.result",
      ["s1.result"],
      { toString: "s1.result" },
      null,
      7,
    ]
  ) assert.throws(() => bound(text), ValidationError, JSON.stringify(text));
});

Deno.test("an argument called __proto__ stays an argument", () => {
  const args: Record<string, unknown> = JSON.parse('{ "__proto__": { "$ref": "s1.result.name" } }');
  const out = bindReferences(args, results);
  assert.equal(Object.getPrototypeOf(out), Object.prototype);
  assert.equal(JSON.stringify(out), '{"__proto__":"Hero"}');
});

Deno.test("binding arguments without references changes nothing", () => {
  const args = fc.dictionary(fc.string(), fc.jsonValue());
  fc.assert(fc.property(args.filter((value) => [...findReferences(value)].length === 0), (value) => {
    assert.deepEqual({ ...bindReferences(value, new Map()) }, { ...value });
  }));
});

Deno.test("a step waits for what it references and what it names", () => {
  const args = { a: { $ref: "s1.result.x" }, b: [{ $asset: "s2#/result" }], c: { $ref: "no reference" } };
  assert.deepEqual([...dependenciesOf({ args, dependsOn: ["s3", "s1"] })].sort(), ["s1", "s2", "s3"]);
});
