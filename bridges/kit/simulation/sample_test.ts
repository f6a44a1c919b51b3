import assert from "node:assert/strict";
import { type JsonSchema, validateAgainst } from "@patchbay/contracts";
import { sampleOf } from "./sample.ts";

const SCHEMAS: Record<string, JsonSchema> = {
  "an object with what it needs": {
    type: "object",
    properties: { name: { type: "string", minLength: 3 }, count: { type: "integer", minimum: 7 }, more: {} },
    required: ["name", "count"],
    additionalProperties: false,
  },
  "a list of a least length": { type: "array", minItems: 2, items: { type: "string", format: "date-time" } },
  "one of several": { anyOf: [{ type: "null" }, { enum: ["a", "b"] }] },
  "a reference": {
    type: "object",
    properties: { at: { $ref: "#/$defs/Point" } },
    required: ["at"],
    $defs: { Point: { type: "object", properties: { x: { type: "number", exclusiveMinimum: 0 } }, required: ["x"] } },
  },
  "parts together": {
    allOf: [
      { type: "object", properties: { a: { type: "boolean" } }, required: ["a"] },
      { type: "object", properties: { b: { const: 3 } }, required: ["b"] },
    ],
  },
  "a number below nothing": { type: "number", maximum: -3 },
};

for (const [name, schema] of Object.entries(SCHEMAS)) {
  Deno.test(`${name}: a sample fits its schema, and is the same each time`, () => {
    const sample = sampleOf(schema);
    assert.deepEqual(validateAgainst(schema, sample), [], JSON.stringify(sample));
    assert.deepEqual(sampleOf(schema), sample);
  });
}

Deno.test("what is known takes the place of what is made up, where it fits", () => {
  const schema = SCHEMAS["an object with what it needs"]!;
  assert.deepEqual(sampleOf(schema, { name: "Hero", count: 3, other: 1 }), { name: "Hero", count: 7 });
});

Deno.test("a schema that comes back to itself has a sample with an end", () => {
  const schema = {
    $ref: "#/$defs/A",
    $defs: { A: { type: "object", properties: { a: { $ref: "#/$defs/A" } }, required: ["a"] } },
  };
  assert.ok(JSON.stringify(sampleOf(schema)).length < 500);
});
