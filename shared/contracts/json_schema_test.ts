import assert from "node:assert/strict";
import { z } from "zod";
import { jsonSchemas, validateAgainst } from "./json_schema.ts";
import type { JsonSchema } from "./manifest_document.ts";

const schemaOf = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema, { io: "input" });
const paths = (schema: JsonSchema, value: unknown, placeholders: (string | number)[][] = []) =>
  validateAgainst(schema, value, placeholders).map(({ path }) => path.join("."));

const shape = schemaOf(z.strictObject({
  type: z.enum(["cube", "sphere"]),
  at: z.tuple([z.number(), z.number(), z.number()]).optional(),
  fill: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("color"), color: z.string() }),
    z.strictObject({ kind: z.literal("image"), scale: z.number() }),
  ]).optional(),
}));

Deno.test("every message and every verb has a JSON Schema that says what its zod schema says", () => {
  const schemas = jsonSchemas();
  for (const name of ["Envelope", "Command", "Result", "ManifestDocument", "Plan", "RunEvent", "StateUpdate"]) {
    assert.ok(schemas[name], name);
  }
  assert.equal(paths(schemas["conductor.run_plan.request"]!, { planId: "no id" })[0], "planId");
  assert.doesNotThrow(() => JSON.stringify(schemas));
  for (const [name, schema] of Object.entries(schemas)) {
    assert.notEqual(validateAgainst(schema, 7)[0]?.code, "schema", `${name} cannot be read back`);
  }
});

Deno.test("what is wrong with a value is said with its place", () => {
  assert.deepEqual(paths(shape, { type: "cube", at: [1, 2, 3] }), []);
  assert.deepEqual(paths(shape, { type: "cone", at: [1, "2", NaN] }), ["type", "at.1", "at.2"]);
  assert.deepEqual(paths(shape, { type: "cube", typo: 1 }), [""]);
});

Deno.test("of a union, what the alternative that comes nearest lacks is said", () => {
  assert.deepEqual(validateAgainst(shape, { type: "cube", fill: { kind: "image" } }).map(({ path }) => path), [
    ["fill", "scale"],
  ]);
});

Deno.test("a placeholder fits anything, and only where it stands", () => {
  const value = { type: { $ref: "s1.result" }, at: [0, { $ref: "s1.result.x" }, "three"], fill: { $ref: "s2.result" } };
  assert.deepEqual(paths(shape, value, [["type"], ["at", 1], ["fill"]]), ["at.2"]);
  assert.deepEqual(paths(shape, { typo: 1, type: "cube" }, [["typo"]]), [""]);
  const inside = { type: "cube", fill: { kind: "image", scale: { $ref: "s1.result" } } };
  assert.deepEqual(paths(shape, inside, [["fill", "scale"]]), []);
});

Deno.test("a schema that cannot be understood refuses every value", () => {
  for (
    const schema of [
      { $ref: "https://example.com/schema.json" },
      { $ref: "#/$defs/__proto__" },
      { type: "string", pattern: "(" },
      { type: "object", unevaluatedProperties: false },
    ]
  ) assert.equal(validateAgainst(schema, {})[0]?.code, "schema", JSON.stringify(schema));
});

Deno.test("property names of a stranger's schema are never run as code", () => {
  const name = '"]; globalThis.pwned = true; //';
  const schema = { type: "object", properties: { [name]: { type: "number" } }, required: [name] };
  assert.deepEqual(validateAgainst(schema, { [name]: 1 }), []);
  assert.equal(validateAgainst(schema, {}).length, 1);
  assert.equal("pwned" in globalThis, false);
});
