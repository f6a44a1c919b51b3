import assert from "node:assert/strict";
import { ConflictError, envelope, newId, subjects, UnavailableError } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import type { Bus } from "./bus.ts";
import { rejection, untilConnected, withCode } from "./bus_fixture.ts";
import { callApi } from "./jetstream_api.ts";
import { migrate } from "./migrate.ts";
import { publish, send } from "./publish.ts";
import { readStream } from "./read_stream.ts";
import { subscribe } from "./subscribe.ts";

const event = (payload: unknown) => envelope({ type: "event", payload, source: "test" });
const SUBJECT = subjects.event("blender", "ws-01", "tick");

async function stored(bus: Bus, subject: string): Promise<unknown[]> {
  const payloads: unknown[] = [];
  const options = { subject, payload: z.unknown(), from: "start", follow: false } as const;
  for await (const { message } of readStream(bus, "EVENTS", options)) payloads.push(message.payload);
  return payloads;
}

Deno.test("a message that is published twice is stored once", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const message = event({ n: 1 });
  assert.deepEqual(await publish(bus, SUBJECT, message), { seq: 1, duplicate: false });
  assert.deepEqual(await publish(bus, SUBJECT, message), { seq: 1, duplicate: true });
  assert.deepEqual(await publish(bus, SUBJECT, event({ n: 2 })), { seq: 2, duplicate: false });
  assert.deepEqual(await stored(bus, SUBJECT), [{ n: 1 }, { n: 2 }]);
});

Deno.test("of two writers that expect the same last sequence, one is told of the conflict", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const subject = subjects.run(newId());
  const outcomes = await Promise.allSettled(
    [1, 2].map((n) => publish(bus, subject, event({ n }), { expectLastSubjectSequence: 0 })),
  );
  assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
  const conflict = outcomes.find((outcome) => outcome.status === "rejected");
  assert.ok(conflict?.reason instanceof ConflictError);
});

Deno.test("a repeated message does not conflict with itself, whatever came after it", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const subject = subjects.run(newId());
  const first = event({ n: 1 });
  const { seq } = await publish(bus, subject, first, { expectLastSubjectSequence: 0 });
  await publish(bus, subject, event({ n: 2 }), { expectLastSubjectSequence: seq });
  const again = await publish(bus, subject, first, { expectLastSubjectSequence: 0 });
  assert.deepEqual(again, { seq, duplicate: true });
});

Deno.test("a broker that is killed and restarted while messages are published loses none and doubles none", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const publishAll = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => publish(bus, SUBJECT, event(from + n), { timeoutMs: 60_000 }));
  const before = publishAll(0, 100);
  await before[0];
  const during = publishAll(100, 200);
  await nats.kill();
  const away = publishAll(200, 300);
  await nats.restart();
  await Promise.all([...before, ...during, ...away, ...publishAll(300, 400)]);
  const numbers = await stored(bus, SUBJECT);
  assert.deepEqual(numbers.toSorted((a, b) => Number(a) - Number(b)), Array.from({ length: 400 }, (_, n) => n));
});

Deno.test("while the bus is away, a publisher keeps trying until its time is over or it is cancelled", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  await nats.kill();
  await untilConnected(bus, false);
  const message = event({ n: 1 });
  assert.ok(await rejection(publish(bus, SUBJECT, message, { timeoutMs: 100 })) instanceof UnavailableError);
  const abort = new AbortController();
  const cancelled = assert.rejects(publish(bus, SUBJECT, message, { signal: abort.signal }), withCode("CANCELLED"));
  abort.abort();
  await cancelled;
  const patient = publish(bus, SUBJECT, message, { timeoutMs: 60_000 });
  await nats.restart();
  assert.equal((await patient).duplicate, false);
  assert.deepEqual(await stored(bus, SUBJECT), [{ n: 1 }]);
});

Deno.test("a stream that is full refuses with STORAGE_FULL", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const Info = z.looseObject({ config: z.looseObject({}) });
  const { config } = await callApi(bus, "STREAM.INFO.JOBS", undefined, Info);
  await callApi(bus, "STREAM.UPDATE.JOBS", { ...config, max_bytes: 10_000 }, z.looseObject({}));
  const job = () => publish(bus, subjects.job("blender", "ws-01", "normal"), event("x".repeat(4_000)));
  await job();
  await job();
  await assert.rejects(job(), withCode("STORAGE_FULL"));
});

Deno.test("a message of exactly the largest size is stored, and one byte more is refused with the limit", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const store = (length: number) => publish(bus, SUBJECT, event("x".repeat(length)));
  const { context } = await rejection(store(bus.maxPayload));
  assert.equal(context["limitBytes"], bus.maxPayload);
  const exact = bus.maxPayload - (Number(context["sizeBytes"]) - bus.maxPayload);
  await store(exact - 1);
  await store(exact);
  await assert.rejects(store(exact + 1), withCode("PAYLOAD_TOO_LARGE"));
  assert.throws(() => send(bus, SUBJECT, event("x".repeat(bus.maxPayload))), withCode("PAYLOAD_TOO_LARGE"));
});

Deno.test("publishing where it is not allowed fails at once, and names the subject", async () => {
  const permissions = { publish: { deny: ["patchbay.v1.run.>"] }, subscribe: {} };
  await using nats = await startTestNats({ users: [{ user: "narrow", password: "narrow", permissions }] });
  const bus = await nats.connect("narrow", { user: "narrow", password: "narrow" });
  const subject = subjects.run(newId());
  const error = await rejection(publish(bus, subject, event({}), { timeoutMs: 60_000 }));
  assert.ok(withCode("FORBIDDEN")(error));
  assert.equal(error.context["subject"], subject);
});

Deno.test("what is sent while the bus is away is dropped, and does not come later", async () => {
  await using nats = await startTestNats();
  const [bus, other] = [await nats.connect("test"), await nats.connect("other")];
  const subject = subjects.progress(newId());
  await nats.kill();
  await untilConnected(bus, false);
  send(bus, subject, event("too early"));
  await using received = subscribe(other, subject, { payload: z.string() });
  await nats.restart();
  await Promise.all([untilConnected(bus), untilConnected(other)]);
  await other.nc.flush();
  send(bus, subject, event("now"));
  for await (const { message } of received) {
    assert.equal(message.payload, "now");
    break;
  }
});
