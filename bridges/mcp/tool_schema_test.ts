import assert from "node:assert/strict";
import { toolSchema } from "./tool_schema.ts";

Deno.test("a schema stays as it is, word for word", () => {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    properties: { description: { type: "string", description: "of the thing" }, default: { type: "number" } },
    required: ["description"],
    additionalProperties: false,
    "x-vendor": { kept: ["a"] },
  };
  assert.deepEqual(toolSchema(schema), schema);
});

Deno.test("texts in it are shown without what cannot be seen; a property's name is no text", () => {
  const text = "a\u202Eb\n";
  const { properties } = toolSchema({
    type: "object",
    properties: { title: { type: "string", title: text, default: text, enum: [text] } },
  });
  assert.deepEqual(properties, { title: { type: "string", title: "ab", default: text, enum: [text] } });
});

Deno.test("words that nobody here can check are left to the server, and what no one understands is left open", () => {
  const narrow = {
    type: "object",
    properties: { a: { type: "number" } },
    unevaluatedProperties: false,
    if: {},
    then: {},
  };
  assert.deepEqual(toolSchema(narrow), { type: "object", properties: { a: { type: "number" } } });
  for (
    const odd of [undefined, "no schema", { $ref: "https://elsewhere.example/" }, {
      type: "object",
      x: "y".repeat(60_000),
    }]
  ) {
    assert.deepEqual(toolSchema(odd), { type: "object" });
  }
});
