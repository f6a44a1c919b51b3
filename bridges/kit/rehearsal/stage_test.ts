import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import type { AdapterCall, AdapterHost } from "../adapter.ts";
import { counter } from "../test_counter.ts";
import { KeptAssets } from "./kept_assets.ts";
import { Stage } from "./stage.ts";
import { someNames, type StagedApplication } from "./staged_application.ts";

interface Double {
  state?: { count: number; names?: string[] };
  execute?: (call: AdapterCall) => Promise<unknown>;
  open?: (host: AdapterHost) => Promise<{ appVersion: string }>;
}

/** A counter, and what became of it. */
function double({ state = { count: 7 }, ...given }: Double = {}) {
  const ended: string[] = [];
  const staged: StagedApplication = {
    manifest: counter,
    adapter: {
      open: given.open ?? (() => Promise.resolve({ appVersion: "1" })),
      execute: given.execute ?? (({ args }) => Promise.resolve({ count: state.count += Number(args["by"]) })),
      snapshot: () => Promise.resolve({ ...state }),
      close: () => Promise.resolve(void ended.push("adapter")),
    },
    notes: [],
    [Symbol.asyncDispose]: () => Promise.resolve(void ended.push("simulator")),
  };
  return { staged, ended };
}

const options = (signal = new AbortController().signal) => ({
  app: "counter",
  bridge: "ws-01",
  workDir: "/nowhere",
  assets: new KeptAssets(() => Promise.resolve(undefined), 100),
  stateLimit: 50,
  signal,
});

Deno.test("a stage takes commands as a bridge does, and ends its adapter before its simulator", async () => {
  const { staged, ended } = double();
  {
    await using stage = await Stage.open(staged, options());
    assert.deepEqual(await stage.run("add", {}, 1_000), { count: 8 });
    await assert.rejects(stage.run("add", { by: "two" }, 1_000), { code: "INVALID_ARGUMENTS" });
    assert.deepEqual(await stage.snapshot(1_000), { count: 8, names: [] });
  }
  assert.deepEqual(ended, ["adapter", "simulator"]);
});

Deno.test("what cannot be opened is ended, too", async () => {
  const { staged, ended } = double({ open: () => Promise.reject(new Error("no")) });
  await assert.rejects(Stage.open(staged, options()), /no/);
  assert.deepEqual(ended, ["adapter", "simulator"]);
});

Deno.test("a command past its time is cancelled; one that does not end then costs the stage", async () => {
  const obeys = double({
    execute: ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  await using stage = await Stage.open(obeys.staged, options());
  await assert.rejects(stage.run("add", {}, 5), { code: "DEADLINE_EXCEEDED" });
  assert.deepEqual(await stage.snapshot(1_000), { count: 7, names: [] });
  await using stuck = await Stage.open(double({ execute: () => new Promise(() => {}) }).staged, options());
  await assert.rejects(stuck.run("add", {}, 5), { code: "APP_UNRESPONSIVE" });
  await assert.rejects(stuck.snapshot(1_000), { code: "APP_UNRESPONSIVE" });
});

Deno.test("an application that has grown too large, or is lost, takes no more commands", async () => {
  const tooMuch = { count: 1, names: ["x".repeat(100)] };
  await using grown = await Stage.open(double({ state: tooMuch }).staged, options());
  await assert.rejects(grown.snapshot(1_000), { code: "STORAGE_FULL" });
  await assert.rejects(grown.run("add", {}, 1_000), { code: "STORAGE_FULL" });
  const gone = double({
    open: (host) => (host.lost(PatchbayError.of("APP_CRASHED", "It is gone")), Promise.resolve({ appVersion: "1" })),
  });
  await using lost = await Stage.open(gone.staged, options());
  await assert.rejects(lost.run("add", {}, 1_000), { code: "APP_CRASHED" });
});

Deno.test("the end of the rehearsal ends what runs", async () => {
  const over = new AbortController();
  const { staged } = double({
    execute: ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  await using stage = await Stage.open(staged, options(over.signal));
  const running = assert.rejects(stage.run("add", {}, 60_000), /over now/);
  over.abort(new Error("over now"));
  await running;
});

Deno.test("new files are kept within a limit and are read back; real ones are asked for", async () => {
  const real = { ref: { name: "real" }, content: new Uint8Array([1]) } as never;
  const assets = new KeptAssets((id) => Promise.resolve(id === "f".repeat(64) ? real : undefined), 10);
  const ref = await assets.put({ name: "a.bin", mediaType: "a/b" }, new Uint8Array(8));
  assert.equal(ref.digest, `sha-256:${ref.id}`);
  assert.equal((await new Response((await assets.get(ref.id))!.content).bytes()).length, 8);
  assert.deepEqual(
    await assets.put({ name: "b.bin", mediaType: "a/b" }, ReadableStream.from([new Uint8Array(8)]))
      .catch((error) => error.code),
    "STORAGE_FULL",
  );
  assert.equal((await assets.get("f".repeat(64)))?.ref.name, "real");
  assert.equal(await assets.get("0".repeat(64)), undefined);
  await assert.rejects(assets.put({ name: "../x", mediaType: "a/b" }, new Uint8Array()), { code: "INVALID_ARGUMENTS" });
});

Deno.test("a note names a few, and counts the rest", () => {
  assert.equal(someNames(["a", "b"]), "'a', 'b'");
  assert.equal(someNames(["a", "b", "c"], 2), "'a', 'b' and 1 more");
});
