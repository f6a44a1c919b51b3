import assert from "node:assert/strict";
import { type Bus, migrate } from "@patchbay/bus";
import { newId, PatchbayError, type Plan, type RunEvent } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { setImmediate } from "node:timers";
import { RunLog } from "./run_log.ts";
import { readRunLog } from "./run_log_reader.ts";

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

const read = (bus: Bus) => readRunLog(bus, runId, { signal: AbortSignal.timeout(5_000) });
const types = async (bus: Bus) => (await read(bus)).flatMap(({ events }) => events.map(({ type }) => type));

Deno.test("events are appended in the order in which they were given", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const { log } = writer(bus, 0);
  const reasons = Array.from({ length: 20 }, (_, i) => `${i}`);
  await Promise.all([log.append(started), ...reasons.map((reason) => log.append(skipped(reason)))]);
  const events = (await read(bus)).flatMap(({ events }) => events);
  assert.deepEqual(events.slice(1).map((event) => event["reason"]), reasons);
});

Deno.test("a conductor that lost a run cannot write its log any more", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const stale = writer(bus, 0);
  await stale.log.append(started);
  const [{ seq } = { seq: 0 }] = await read(bus);
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
  const [{ seq } = { seq: 0 }] = await read(bus);
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

Deno.test("what comes while a message is on its way is stored together with the next one", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const { log } = writer(bus, 0);
  const first = log.append(started);
  const rest: Promise<void>[] = [];
  // a turn later the first one has left
  await new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 600; i++) rest.push(log.append(skipped(`${i}`)));
  await Promise.all([first, ...rest]);
  const messages = await read(bus);
  assert.deepEqual(messages.map(({ events }) => events.length), [1, 256, 256, 88]);
  assert.deepEqual(
    messages.flatMap(({ events }) => events).slice(1).map((event) => event["reason"]),
    Array.from({ length: 600 }, (_, i) => `${i}`),
  );
});

Deno.test("events that are too large for one message travel in several; one that is too large by itself is refused alone", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const { log } = writer(bus, 0);
  const large = (bytes: number): RunEvent => skipped("ä".repeat(bytes / 2));
  assert.equal(log.fits(large(bus.maxPayload)), false);
  await Promise.all([
    log.append(started),
    assert.rejects(
      log.append(large(bus.maxPayload)),
      (error) => error instanceof PatchbayError && error.code === "PAYLOAD_TOO_LARGE",
    ),
    ...Array.from({ length: 5 }, () => log.append(large(400_000))),
  ]);
  assert.deepEqual((await read(bus)).map(({ events }) => events.length), [3, 2, 1]);
});

Deno.test("after an event that could not be stored no later one is", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const stale = writer(bus, 0);
  await stale.log.append(started);
  const [{ seq } = { seq: 0 }] = await read(bus);
  await writer(bus, seq).log.append(skipped("by the new one"));
  const lost = (error: unknown) => error instanceof PatchbayError && error.code === "LEASE_LOST";
  const both = [stale.log.append(skipped("1")), stale.log.append(skipped("2"))];
  for (const one of both) await assert.rejects(one, lost);
  await assert.rejects(stale.log.append(skipped("3")), lost);
  assert.equal((await types(bus)).length, 2);
});
