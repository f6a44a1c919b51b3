import assert from "node:assert/strict";
import { startConductor } from "../mod.ts";
import {
  ask,
  begin,
  ended,
  events,
  planOf,
  QUICK,
  refused,
  settled,
  startCounter,
  startStudio,
  statuses,
  step,
} from "../testing/counter_studio.ts";

Deno.test("a cancelled run ends: its command is told to stop, and every step has an end", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  app.hold();
  const plan = planOf(step("s1", "add"), step("s2", "add", { dependsOn: ["s1"] }), step("s3", "get"));
  const runId = await begin(bus, plan);
  await app.executed(1);
  await ask(bus, "cancel_run", { runId, reason: "enough" });
  const run = await ended(bus, runId);
  assert.equal(run.status, "cancelled");
  assert.equal(run.cancelReason, "enough");
  assert.deepEqual(statuses(run), { s1: "cancelled", s2: "cancelled", s3: "cancelled" });
  assert.equal(app.count, 0);
  await ask(bus, "cancel_run", { runId });
  await settled(bus, plan.id, "cancelled");
});

Deno.test("a run that has ended otherwise cannot be cancelled", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using _app = await startCounter(bus);
  const runId = await begin(bus, planOf(step("s1", "get")));
  await ended(bus, runId);
  await assert.rejects(ask(bus, "cancel_run", { runId }), refused("CONFLICT"));
});

Deno.test("another replica than the one that runs a plan can cancel it", async () => {
  await using studio = await startStudio();
  const { bus, nats } = studio;
  await using app = await startCounter(bus);
  app.hold();
  const runId = await begin(bus, planOf(step("s1", "add")));
  await app.executed(1);
  await using _second = await startConductor({ bus: await nats.connect("second"), ...QUICK });
  // the queue group gives each of them some of the calls
  for (let i = 0; i < 8; i++) await ask(bus, "cancel_run", { runId });
  const run = await ended(bus, runId);
  assert.equal(run.status, "cancelled");
  const asked = (await events(bus, runId)).filter(({ type }) => type === "RUN_CANCEL_REQUESTED");
  assert.equal(asked.length, 1);
});
