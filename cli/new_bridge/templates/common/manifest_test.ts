import assert from "node:assert/strict";
import { ManifestDocument, manifestDocument } from "@patchbay/contracts";
import { lampManifest } from "./manifest.ts";

const document = manifestDocument(lampManifest);

Deno.test("the manifest travels: every schema of it becomes JSON Schema", () => {
  const sent = JSON.parse(JSON.stringify(document));
  assert.deepEqual(ManifestDocument.parse(sent), sent);
});

Deno.test("every phrase names arguments of its command", () => {
  for (const [name, { args, phrases }] of Object.entries(document.commands)) {
    const known = Object.keys(args["properties"] ?? {});
    for (const phrase of phrases) {
      const { say, args: implied = {} } = typeof phrase === "string" ? { say: phrase } : phrase;
      const slots = [...say.matchAll(/\{([^}]*)\}/g)].map(([, slot]) => slot ?? "");
      for (const slot of [...slots, ...Object.keys(implied)]) {
        assert.ok(known.includes(slot), `${name}: '${say}' names '${slot}', which is no argument`);
      }
    }
  }
});

Deno.test("an argument that is unknown or out of range is refused", () => {
  const { set_brightness, set_color } = lampManifest.commands;
  assert.ok(set_brightness.args.safeParse({ brightness: 0.5 }).success);
  for (const wrong of [{}, { brightness: 1.5 }, { brightness: 1, more: true }]) {
    assert.ok(!set_brightness.args.safeParse(wrong).success, JSON.stringify(wrong));
  }
  assert.ok(!set_color.args.safeParse({ color: "reddish" }).success);
});
