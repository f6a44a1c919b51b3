import assert from "node:assert/strict";
import { validateAgainst } from "./json_schema.ts";
import type { JsonSchema } from "./manifest_document.ts";
import { isLinear } from "./schema_bounds.ts";
import { mayFit } from "./schema_fit.ts";

const codesOf = (schema: JsonSchema, value: unknown) => validateAgainst(schema, value).map(({ code }) => code);

Deno.test("a schema that comes back to itself without end refuses everything, and does not overflow the stack", () => {
  assert.deepEqual(codesOf({ $ref: "#" }, {}), ["schema"]);
  assert.deepEqual(codesOf({ properties: { a: { allOf: [{ $ref: "#/properties/a" }] } } }, { a: 1 }), ["schema"]);
});

Deno.test("a schema whose alternatives double at each reference is refused instead of tried", () => {
  for (const keyword of ["anyOf", "allOf", "oneOf"]) {
    const $defs: Record<string, unknown> = { d40: { type: "string" } };
    for (let i = 0; i < 40; i++) {
      $defs[`d${i}`] = { [keyword]: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] };
    }
    assert.deepEqual(codesOf({ $ref: "#/$defs/d0", $defs }, 5), ["schema"], keyword);
  }
});

Deno.test("a schema of values that hold values like themselves is understood", () => {
  const tree = { type: "object", properties: { name: { type: "string" }, child: { $ref: "#" } } };
  assert.deepEqual(codesOf(tree, { name: "a", child: { name: "b", child: {} } }), []);
  assert.deepEqual(codesOf(tree, { child: { child: { name: 1 } } }), ["invalid_type"]);
});

Deno.test("a pattern that could be checked for ever is left out, and what belongs to it", () => {
  assert.deepEqual(codesOf({ type: "string", pattern: "^(a+)+$" }, `${"a".repeat(40)}!`), []);
  const keys = { type: "object", patternProperties: { "(a|a)*b": { type: "number" } }, additionalProperties: false };
  assert.deepEqual(codesOf(keys, { [`${"a".repeat(40)}c`]: 1 }), []);
  assert.deepEqual(codesOf({ type: "string", pattern: "^[a-z]+$" }, "A"), ["invalid_format"]);
  assert.deepEqual(codesOf({ const: { pattern: "(a|a)*b" } }, { pattern: "other" }).length, 1);
});

Deno.test("patterns of names, digests and colours count as harmless; those with many ways through them do not", () => {
  const harmless = [
    "^[a-z][a-z0-9_-]{0,31}$",
    "^(?!.*[/\\\\])[ -~]+$",
    "^#([0-9a-f]{3}|[0-9a-f]{6})$",
    "abc",
    "^\\(a\\)+$",
  ];
  const costly = [
    "^(a+)+$",
    "^a*a*$",
    "a*b",
    "^x|a*b",
    "^(.*)x\\1$",
    `^${"(a|a)".repeat(30)}b`,
    `^${"a?".repeat(30)}b`,
  ];
  assert.deepEqual(harmless.filter((pattern) => !isLinear(pattern)), []);
  assert.deepEqual(costly.filter(isLinear), []);
});

Deno.test("two schemas that refer to themselves under many names are compared once", () => {
  const names = Array.from({ length: 20 }, (_, i) => `k${i}`);
  const own = {
    type: "object",
    required: names,
    properties: Object.fromEntries(names.map((name) => [name, { $ref: "#" }])),
  };
  assert.equal(mayFit([{ root: own, schema: own }], [{ root: own, schema: own }]), true);
  const other = { ...own, properties: { ...own.properties, k19: { type: "string" } } };
  assert.equal(mayFit([{ root: own, schema: own }], [{ root: other, schema: other }]), false);
});
