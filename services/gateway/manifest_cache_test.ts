import assert from "node:assert/strict";
import { z } from "zod";
import { command, defineApp, manifestDocument, type PatchbayError } from "@patchbay/contracts";
import { ManifestCache } from "./manifest_cache.ts";

const manifest = (effect: "read" | "write" | "open") =>
  manifestDocument(defineApp({
    app: "counter",
    title: "Counter",
    version: "1.0.0",
    state: z.object({}),
    commands: { run: command({ summary: "Runs.", args: z.object({}), result: z.object({}), effect }) },
  }));

const code = (code: string) => (error: PatchbayError) => error.code === code;

Deno.test("the command of whichever bridge is as harmful as the most harmful of them", () => {
  const cache = new ManifestCache();
  cache.set("counter.a", manifest("write"));
  cache.set("counter.b", manifest("open"));
  assert.equal(cache.command("counter", "a", "run").effect, "write");
  assert.equal(cache.command("counter", "any", "run").effect, "open");
});

Deno.test("a bridge that nobody knows is offline, a command that it lacks is unknown, and both say what exists", () => {
  const cache = new ManifestCache();
  assert.throws(() => cache.command("counter", "any", "run"), code("BRIDGE_OFFLINE"));
  cache.set("counter.a", manifest("read"));
  assert.throws(() => cache.command("counter", "b", "run"), code("BRIDGE_OFFLINE"));
  assert.throws(() => cache.command("counter", "a", "constructor"), (error: PatchbayError) => {
    assert.equal(error.code, "UNKNOWN_COMMAND");
    assert.deepEqual(error.context, { available: ["run"] });
    return true;
  });
});

Deno.test("a manifest that is deleted is forgotten, the application with its last bridge", () => {
  const cache = new ManifestCache();
  cache.set("counter.a", manifest("read"));
  cache.set("counter.b", manifest("read"));
  cache.set("counter.a", undefined);
  assert.deepEqual([...cache.apps.keys()], ["counter"]);
  cache.set("counter.b", undefined);
  assert.equal(cache.apps.size, 0);
  assert.throws(() => cache.command("counter", "any", "run"), code("BRIDGE_OFFLINE"));
});
