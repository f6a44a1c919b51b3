import assert from "node:assert/strict";
import { manifests } from "../testing/worlds.ts";
import { Answer, answerFormat } from "./answer_schema.ts";
import { relevantCommands } from "./command_search.ts";
import { strictSchema } from "./strict_schema.ts";

/** Every schema inside, with itself. */
function* schemasIn(schema: unknown): Generator<Record<string, unknown>> {
  if (typeof schema !== "object" || schema === null) return;
  if (!Array.isArray(schema)) yield schema as Record<string, unknown>;
  for (const inner of Object.values(schema)) yield* schemasIn(inner);
}

const UNSUPPORTED = [
  "prefixItems",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "pattern",
  "minItems",
  "maxItems",
  "slot",
  "default",
  "$defs",
];

Deno.test("every object in the answer's schema is closed, and nothing in it is beyond structured output", () => {
  for (const app of manifests) {
    const { schema } = answerFormat(relevantCommands("", [app]));
    for (const inner of schemasIn(schema)) {
      if (inner["type"] === "object") assert.equal(inner["additionalProperties"], false);
    }
    for (const inner of schemasIn(schema)) {
      for (const key of UNSUPPORTED) assert.ok(!Object.hasOwn(inner, key), key);
    }
  }
});

Deno.test("few commands have typed arguments, many have theirs as text", () => {
  const [workshop, mixer] = manifests;
  assert.ok(workshop !== undefined && mixer !== undefined);
  assert.equal(answerFormat(relevantCommands("", [mixer])).form, "typed");
  const many = { ...workshop, commands: { ...workshop.commands } };
  for (let i = 0; i < 20; i++) many.commands[`more_${i}`] = workshop.commands["create_thing"]!;
  assert.equal(answerFormat(relevantCommands("", [many])).form, "text");
});

Deno.test("limits that the subset cannot say are said in words, and a thing may be a reference", () => {
  const schema = {
    type: "object",
    properties: {
      size: { type: "number", minimum: 1, description: "metres" },
      thing: { type: "string", slot: "object" },
    },
    required: ["size"],
  };
  const count = { optional: 0, unions: 0 };
  const { properties } = strictSchema(schema, count) as { properties: Record<string, Record<string, unknown>> };
  assert.equal(properties["size"]?.["description"], "metres; minimum 1");
  assert.ok(JSON.stringify(properties["thing"]).includes('"$ref"'));
  assert.deepEqual(count, { optional: 1, unions: 1 });
});

Deno.test("a schema that refers to itself ends", () => {
  const schema = { type: "object", properties: { child: { $ref: "#" }, next: { $ref: "#/properties/next" } } };
  assert.doesNotThrow(() => strictSchema(schema, { optional: 0, unions: 0 }));
});

Deno.test("arguments are read as an object, or as the text of one", () => {
  const step = { id: "s1", app: "a", command: "c" };
  const args = (value: unknown) => Answer.safeParse({ steps: [{ ...step, args: value }] });
  assert.deepEqual(args({ a: 1 }).data?.steps[0]?.args, { a: 1 });
  assert.deepEqual(args('{"a":1}').data?.steps[0]?.args, { a: 1 });
  for (const bad of ["[1]", "{", "7", null]) assert.equal(args(bad).success, false, String(bad));
});

Deno.test("of many commands those are chosen that the instruction speaks of", () => {
  const found = relevantCommands("paint the crates and frame the picture", manifests, 3).map(({ command }) => command);
  assert.ok(found.includes("paint_thing") && found.includes("frame_picture"), found.join());
  assert.equal(found.length, 3);
});
