import assert from "node:assert/strict";
import { type ManifestDocument, ManifestDocument as Document, manifestDocument } from "@patchbay/contracts";
import { ableton } from "./manifest.ts";

const document: ManifestDocument = manifestDocument(ableton);

Deno.test("the manifest travels: every schema of it becomes JSON Schema", () => {
  assert.deepEqual(Document.parse(JSON.parse(JSON.stringify(document))), JSON.parse(JSON.stringify(document)));
});

Deno.test("commands that read are repeatable and need no undo, and nothing runs code", () => {
  for (const [name, { kind, effect, idempotent, undo }] of Object.entries(document.commands)) {
    assert.equal(kind === "query", effect === "read", name);
    if (effect === "read") assert.ok(idempotent && undo === "none", name);
    assert.notEqual(effect, "open", name);
  }
});

Deno.test("an argument that is unknown is refused by every command", () => {
  for (const [name, definition] of Object.entries(ableton.commands)) {
    const parsed = definition.args.safeParse({ surely_not_an_argument: 1 });
    assert.ok(parsed.error?.issues.some(({ code }) => code === "unrecognized_keys"), name);
  }
});

Deno.test("every command that people would ask for in words has phrases, and the others take structures", () => {
  const silent = Object.entries(document.commands).filter(([, { phrases }]) => phrases.length === 0);
  assert.deepEqual(silent.map(([name]) => name).sort(), [
    "add_notes",
    "apply_session",
    "listen",
    "replace_notes",
    "send_midi",
    "set_parameters",
  ]);
});
