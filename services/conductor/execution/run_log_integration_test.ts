import assert from "node:assert/strict";
import { type Bus, migrate } from "@patchbay/bus";
import { newId, PatchbayError, type Plan, type RunEvent } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { readRunLog, RunLog } from "./run_log.ts";

const plan: Plan = {
  id: newId(),
  steps: [{ id: "s1", app: "counter", command: "add", args: {}, dependsOn: [], onError: "stop" }],
  provenance: { provider: "hand", createdAt: 0 },
};
const runId = newId();
const started: RunEvent = { type: "RUN_STARTED", at: 1, runId, plan, correlationId: newId() };
const cancelRequested: RunEvent = { type: "RUN_CANCEL_REQUESTED", at: 2, reason: "enough" };
const skipped = (reason: string): RunEvent => ({ type: "STEP_SKIPPED", at: 3, stepId: "s1", reason });

function writer(bus: Bus, last: number) {
  const cancels: RunEvent[] = [];
  const { signal } = new AbortController();
  const onCancelRequested = (event: RunEvent) => void cancels.push(event);
  return { cancels, log: new RunLog({ bus, runId, correlationId: newId(), last, signal, onCancelRequested }) };
}

const types = async (bus: Bus) =>
  (await readRunLog(bus, runId, { signal: AbortSignal.timeout(5_000) })).map(({ event }) => event.type);

Deno.test("events are appended in the order in which they were given", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const { log } = writer(bus, 0);
  const reasons = Array.from({ length: 20 }, (_, i) => `${i}`);
  await Promise.all([log.append(started), ...reasons.map((reason) => log.append(skipped(reason)))]);
  const entries = await readRunLog(bus, runId, { signal: AbortSignal.timeout(5_000) });
  assert.deepEqual(entries.slice(1).map(({ event }) => event["reason"]), reasons);
});

Deno.test("a conductor that lost a run cannot write its log any more", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const stale = writer(bus, 0);
  await stale.log.append(started);
  const [{ seq } = { seq: 0 }] = await readRunLog(bus, runId, { signal: AbortSignal.timeout(5_000) });
  await writer(bus, seq).log.append(skipped("by the new one"));
  await assert.rejects(
    stale.log.append(skipped("by the stale one")),
    (error) => error instanceof PatchbayError && error.code === "LEASE_LOST",
  );
  assert.deepEqual(await types(bus), ["RUN_STARTED", "STEP_SKIPPED"]);
});

Deno.test("a cancellation that somebody else appended is noticed, and the writing goes on behind it", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const owner = writer(bus, 0);
  await owner.log.append(started);
  const [{ seq } = { seq: 0 }] = await readRunLog(bus, runId, { signal: AbortSignal.timeout(5_000) });
  await writer(bus, seq).log.append(cancelRequested);
  await owner.log.append(skipped("cancelled"));
  assert.deepEqual(owner.cancels, [cancelRequested]);
  assert.deepEqual(await types(bus), ["RUN_STARTED", "RUN_CANCEL_REQUESTED", "STEP_SKIPPED"]);
});

Deno.test("what is appended while the broker is away is stored once it is back", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const { log } = writer(bus, 0);
  await log.append(started);
  await nats.kill();
  const appended = log.append(skipped("later"));
  await nats.restart();
  await appended;
  assert.deepEqual(await types(bus), ["RUN_STARTED", "STEP_SKIPPED"]);
});
