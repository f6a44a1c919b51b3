import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { scriptManifest } from "./script_manifest.ts";

const about = { app: "lights", title: "Lights" };

Deno.test("what a script leaves out is what is usual", () => {
  const document = scriptManifest({ commands: { look: { effect: "read" }, go: {} } }, about);
  const { look, go } = document.commands;
  assert.deepEqual([document.app, document.title, document.version], ["lights", "Lights", "0.0.0"]);
  assert.deepEqual([look?.kind, look?.idempotent], ["query", true]);
  assert.deepEqual([go?.kind, go?.effect, go?.idempotent, go?.undo, go?.lane], [
    "execute",
    "write",
    false,
    "none",
    "interactive",
  ]);
});

for (
  const [what, said, place] of [
    ["no object", 7, /expected object/],
    ["a name that is none", { commands: { "two words": {} } }, /two words/],
    ["an effect that is none", { commands: { a: { effect: "nice" } } }, /commands\.a\.effect/],
    ["a schema that nobody understands", { commands: { a: { args: { $ref: "https://x" } } } }, /commands\.a\.args/],
    ["an inverse that is none", { commands: { a: { undo: { command: "b" } } } }, /commands\.a\.undo: .*'b'/],
    ["a channel that is too fast", { channels: { a: { rateHz: 1e9 } } }, /channels\.a\.rateHz/],
  ] as const
) {
  Deno.test(`${what}: refused with its place`, () =>
    assert.throws(
      () => scriptManifest(said, about),
      (error) => error instanceof PatchbayError && error.code === "INVALID_RESULT" && place.test(error.message),
    ));
}
