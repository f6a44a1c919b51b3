import assert from "node:assert/strict";
import {
  ask,
  begin,
  ended,
  logged,
  planOf,
  startCounter,
  startStudio,
  statuses,
  step,
} from "../testing/counter_studio.ts";

Deno.test("a bridge that is away is waited for within limits", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using first = await startCounter(bus);
  await ended(bus, await begin(bus, planOf(step("s1", "get"))));
  await first[Symbol.asyncDispose]();
  const run = await ended(bus, await begin(bus, planOf(step("s1", "add", { bridge: "ws-01", waitForBridgeMs: 200 }))));
  assert.equal(run.status, "failed");
  assert.equal(run.steps["s1"]?.problem?.code, "BRIDGE_OFFLINE");
});

Deno.test("a step for any bridge waits until one is here, and happens once", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using first = await startCounter(bus);
  await ended(bus, await begin(bus, planOf(step("s1", "get"))));
  await first[Symbol.asyncDispose]();
  const runId = await begin(bus, planOf(step("s1", "add")));
  await logged(bus, runId, ({ type }) => type === "STEP_WAITING");
  await using second = await startCounter(bus);
  assert.equal((await ended(bus, runId)).status, "succeeded");
  assert.equal(second.count, 1);
});

Deno.test("a step for a bridge that left waits for it, tells so, and is done once it is back", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  const first = await startCounter(bus);
  await ended(bus, await begin(bus, planOf(step("s1", "get"))));
  await first[Symbol.asyncDispose]();
  const runId = await begin(bus, planOf(step("s1", "add", { bridge: "ws-01" })));
  const waiting = await logged(bus, runId, ({ type }) => type === "STEP_WAITING");
  assert.match(String(waiting["reason"]), /counter\.ws-01/);
  assert.match((await ask(bus, "run", { runId })).steps["s1"]?.waiting ?? "", /counter\.ws-01/);
  await using second = await startCounter(bus);
  const run = await ended(bus, runId);
  assert.equal(run.status, "succeeded");
  assert.equal(run.steps["s1"]?.waiting, undefined);
  assert.equal(second.count, 1);
});

Deno.test("a run that waits for a bridge can be cancelled", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  const first = await startCounter(bus);
  await ended(bus, await begin(bus, planOf(step("s1", "get"))));
  await first[Symbol.asyncDispose]();
  const named = await begin(
    bus,
    planOf(step("s1", "add", { bridge: "ws-01" }), step("s2", "get", { dependsOn: ["s1"] })),
  );
  const any = await begin(bus, planOf(step("s1", "add")));
  for (const runId of [named, any]) {
    await logged(bus, runId, ({ type }) => type === "STEP_WAITING");
    await ask(bus, "cancel_run", { runId });
    const run = await ended(bus, runId);
    assert.equal(run.status, "cancelled");
    assert.deepEqual(new Set(Object.values(statuses(run))), new Set(["cancelled"]));
  }
});
