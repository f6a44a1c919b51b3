import assert from "node:assert/strict";
import fc from "fast-check";
import { applyPatch } from "rfc6902";
import { z } from "zod";
import { command, defineApp, envelope, StateUpdate, subjects } from "@patchbay/contracts";
import { type Bus, readStream, request } from "@patchbay/bus";
import { startAppDouble } from "@patchbay/testing";
import { testStudio } from "../test_counter.ts";

const scene = defineApp({
  app: "scene",
  title: "Scene",
  version: "1.0.0",
  state: z.unknown(),
  commands: { touch: command({ summary: "Touches.", args: z.object({}), result: z.object({}) }) },
});

const subject = subjects.state("scene", "ws-01");
const updates = (bus: Bus) => readStream(bus, "STATE", { subject, payload: StateUpdate, from: "start", follow: true });

async function snapshotOf(bus: Bus): Promise<StateUpdate> {
  const message = envelope({ type: "command", payload: {}, source: "a test" });
  const options = { payload: StateUpdate, absent: "BRIDGE_OFFLINE", timeoutMs: 5_000 } as const;
  return (await request(bus, subjects.snapshot("scene", "ws-01"), message, options)).payload;
}

Deno.test("the updates lead a reader to what the application looks like, revision by revision", async () => {
  const anyState = fc.jsonValue({ maxDepth: 3 }).map((value) =>
    JSON.parse(JSON.stringify({ value, padding: "x".repeat(200) }))
  );
  await using studio = await testStudio();
  let state: unknown = { value: null };
  await using double = await startAppDouble(studio.bus, scene, { snapshot: () => state });
  const reader = updates(studio.bus)[Symbol.asyncIterator]();
  let seen: { state?: unknown } = {};
  let revision = 0;
  const next = async () => {
    const { value } = await reader.next();
    assert.ok(value);
    const update = value.message.payload;
    assert.equal(update.revision, ++revision);
    if (update.kind === "snapshot") seen = { state: update.state };
    else {for (const failure of applyPatch(seen, update.patch.map((op) => ({ ...op, path: `/state${op.path}` })))) {
        assert.equal(failure, null);
      }}
  };
  await next();
  assert.deepEqual(seen.state, state);
  await fc.assert(
    fc.asyncProperty(anyState, async (value) => {
      const before = JSON.stringify(state);
      state = value;
      double.changed("application");
      if (JSON.stringify(value) === before) return;
      while (JSON.stringify(seen.state) !== JSON.stringify(value)) {
        await next();
        // key order is not a difference
        try {
          assert.deepEqual(seen.state, value);
          break;
        } catch {
          // an update in between
        }
      }
    }),
    { numRuns: 25 },
  );
  const snapshot = await snapshotOf(studio.bus);
  assert.ok(snapshot.kind === "snapshot");
  assert.equal(snapshot.revision, revision);
  assert.deepEqual(snapshot.state, state);
  await reader.return?.();
});

Deno.test("many changes at once become few updates, and no change none", async () => {
  await using studio = await testStudio();
  const state = { count: 0 };
  let taken = 0;
  await using double = await startAppDouble(studio.bus, scene, {
    handlers: { touch: () => (state.count++, {}) },
    snapshot: () => (taken++, { ...state }),
  });
  const { connectedAt } = await (async () => {
    for await (const { message: { payload } } of updates(studio.bus)) return { connectedAt: payload.revision };
    throw new Error("the stream ended");
  })();
  for (let i = 0; i < 500; i++) {
    state.count++;
    double.changed();
    if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  let last = 0;
  for await (const { message: { payload } } of updates(studio.bus)) {
    last = payload.revision;
    if (payload.kind === "patch" && JSON.stringify(payload.patch).includes("500")) break;
  }
  assert.ok(last - connectedAt <= 4, `${last - connectedAt} updates`);
  const takenBefore = taken;
  double.changed();
  while (taken === takenBefore) await new Promise((resolve) => setTimeout(resolve, 5));
  const snapshot = await snapshotOf(studio.bus);
  assert.equal(snapshot.revision, last);
});
