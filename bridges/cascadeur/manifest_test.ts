import assert from "node:assert/strict";
import { ManifestDocument as Document, manifestDocument } from "@patchbay/contracts";
import type { z } from "zod";
import { cascadeur } from "./manifest.ts";

const document = manifestDocument(cascadeur);

Deno.test("the manifest travels: every schema of it becomes JSON Schema", () => {
  assert.deepEqual(Document.parse(JSON.parse(JSON.stringify(document))), JSON.parse(JSON.stringify(document)));
});

Deno.test("every phrase names arguments of its command, and implies ones that it takes", () => {
  for (const [name, definition] of Object.entries(cascadeur.commands)) {
    const shape: Record<string, z.ZodType> = definition.args.shape;
    for (const phrase of definition.phrases) {
      const { say, args = {} } = typeof phrase === "string" ? { say: phrase } : phrase;
      for (const [, slot] of say.matchAll(/\{([^}]*)\}/g)) {
        assert.ok(Object.hasOwn(shape, slot!), `${name}: '${say}' names '${slot}', which is no argument`);
      }
      for (const [key, value] of Object.entries(args)) {
        assert.ok(shape[key]?.safeParse(value).success, `${name}: '${say}' implies ${key}`);
      }
    }
  }
});

Deno.test("every command that people would ask for in words has phrases, and the other one takes a structure", () => {
  const silent = Object.entries(cascadeur.commands).filter(([, { phrases }]) => phrases.length === 0);
  assert.deepEqual(silent.map(([name]) => name), ["set_keyframes"]);
});

Deno.test("commands that read are repeatable and need no undo; code is the one that may do anything", () => {
  for (const [name, { kind, effect, idempotent, undo }] of Object.entries(document.commands)) {
    assert.equal(kind === "query", effect === "read", name);
    if (effect === "read") assert.ok(idempotent && undo === "none", name);
    assert.equal(effect === "open", name === "execute_python", name);
  }
});

Deno.test("an argument that is unknown is refused by every command", () => {
  for (const [name, definition] of Object.entries(cascadeur.commands)) {
    const parsed = definition.args.safeParse({ surely_not_an_argument: 1 });
    assert.ok(parsed.error?.issues.some(({ code }) => code === "unrecognized_keys"), name);
  }
});
