import assert from "node:assert/strict";
import { type ManifestDocument, ManifestDocument as Document, manifestDocument } from "@patchbay/contracts";
import type { z } from "zod";
import { touchdesigner } from "./manifest.ts";

const document: ManifestDocument = manifestDocument(touchdesigner);

Deno.test("the manifest travels: every schema of it becomes JSON Schema", () => {
  assert.deepEqual(Document.parse(JSON.parse(JSON.stringify(document))), JSON.parse(JSON.stringify(document)));
});

Deno.test("the arguments that phrases imply are ones that the command takes", () => {
  for (const [name, definition] of Object.entries(touchdesigner.commands)) {
    const shape: Record<string, z.ZodType> = definition.args.shape;
    for (const phrase of definition.phrases) {
      if (typeof phrase === "string") continue;
      for (const [key, value] of Object.entries(phrase.args ?? {})) {
        assert.ok(shape[key]?.safeParse(value).success, `${name}: '${phrase.say}' implies ${key}`);
      }
    }
  }
});

Deno.test("every command that people would ask for in words has phrases, and the others take structures", () => {
  const silent = Object.entries(document.commands).filter(([, { phrases }]) => phrases.length === 0)
    .map(([name]) => name);
  assert.deepEqual(silent.sort(), ["apply_network", "set_table", "update_parameters"]);
});

Deno.test("commands that read are repeatable and need no undo; what may be code stands behind the switch for code", () => {
  for (const [name, { kind, effect, idempotent, undo }] of Object.entries(document.commands)) {
    assert.equal(kind === "query", effect === "read", name);
    if (effect === "read") assert.ok(idempotent && undo === "none", name);
    assert.equal(effect === "open", ["execute_python", "set_text"].includes(name), name);
  }
});

Deno.test("an argument that is unknown is refused by every command", () => {
  for (const [name, definition] of Object.entries(touchdesigner.commands)) {
    const parsed = definition.args.safeParse({ surely_not_an_argument: 1 });
    assert.ok(parsed.error?.issues.some(({ code }) => code === "unrecognized_keys"), name);
  }
});

Deno.test("a parameter is set to a value or an expression, and not to both or neither", () => {
  const { args } = touchdesigner.commands.set_parameter;
  const fits = (more: object) => args.safeParse({ node: "a", parameter: "tx", ...more }).success;
  assert.deepEqual([{ value: 1 }, { expression: "1" }, {}, { value: 1, expression: "1" }].map(fits), [
    true,
    true,
    false,
    false,
  ]);
});
