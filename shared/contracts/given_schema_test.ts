import assert from "node:assert/strict";
import { givenArguments, givenSchema, manifestOf } from "./given_schema.ts";
import { type ManifestDocument, manifestDocument } from "./manifest_document.ts";
import { publishedSchema } from "./published_schema.ts";

const args = {
  $schema: "http://json-schema.org/draft-07/schema#",
  type: "object",
  properties: { path: { type: "string", minLength: 1 }, depth: { $ref: "#/definitions/Depth" } },
  required: ["path"],
  additionalProperties: false,
  definitions: { Depth: { type: "integer", default: 1, "x-own": ["kept"] } },
};

const document: ManifestDocument = {
  app: "files",
  title: "Files",
  version: "1.2.3",
  state: { type: "object" },
  commands: {
    read: {
      kind: "query",
      summary: "Reads.",
      args,
      result: { type: "string" },
      effect: "read",
      idempotent: true,
      lane: "interactive",
      timeoutMs: 1_000,
      undo: "none",
      phrases: ["read {path}"],
    },
  },
  events: { changed: { summary: "It changed.", schema: { type: "number" } } },
  channels: { level: { summary: "How full.", schema: { type: "number" }, rateHz: 5 } },
};

Deno.test("a given schema is published word for word, and checks values", () => {
  const schema = givenArguments(args);
  assert.deepEqual(publishedSchema(schema, "input"), args);
  assert.deepEqual(schema.parse({ path: "a", depth: 2 }), { path: "a", depth: 2 });
  assert.deepEqual(schema.safeParse({ path: "", depth: "deep" }).error?.issues.map(({ path }) => path.join(".")), [
    "path",
    "depth",
  ]);
  assert.ok(!schema.safeParse({ path: "a", typo: 1 }).success);
  assert.ok(!schema.safeParse("no object").success);
});

Deno.test("a given schema that cannot be understood refuses everything", () => {
  const schema = givenSchema({ $ref: "https://example.com/schema.json" });
  assert.equal(schema.safeParse(1).success, false);
});

Deno.test("a manifest comes back from its document, and gives the same document again", () => {
  const sent: ManifestDocument = JSON.parse(JSON.stringify(manifestDocument(manifestOf(document))));
  assert.deepEqual(sent, document);
});

Deno.test("an inverse that is no command of the manifest is refused", () => {
  const { read } = document.commands;
  const wrong = { ...document, commands: { read: { ...read!, undo: { command: "unread" } } } };
  assert.throws(() => manifestOf(wrong), TypeError);
});
