import assert from "node:assert/strict";
import { envelope, newId, subjects } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import type { Bus } from "./bus.ts";
import { untilConnected, withCode } from "./bus_fixture.ts";
import { migrate } from "./migrate.ts";
import { publish } from "./publish.ts";
import { readStream, type ReadStreamOptions } from "./read_stream.ts";

const event = (n: unknown) => envelope({ type: "event", payload: { n }, source: "test" });
const Numbers = z.looseObject({ n: z.number() });

const read = (bus: Bus, subject: string, options: Partial<ReadStreamOptions<typeof Numbers>> = {}) =>
  readStream(bus, "EVENTS", { subject, payload: Numbers, from: "start", follow: false, ...options });

async function numbers(items: AsyncIterable<{ message: { payload: { n: number } } }>, limit = Infinity) {
  const all: number[] = [];
  for await (const { message } of items) {
    all.push(message.payload.n);
    if (all.length >= limit) break;
  }
  return all;
}

const subject = subjects.event("blender", "ws-01", "tick");
const other = subjects.event("blender", "ws-02", "tick");

Deno.test("a stream is read from the start, from a sequence, and by last message of each subject", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  for (let n = 1; n <= 3; n++) await publish(bus, subject, event(n));
  await publish(bus, other, event(4));
  assert.deepEqual(await numbers(read(bus, subject)), [1, 2, 3]);
  assert.deepEqual(await numbers(read(bus, subject, { from: 2 })), [2, 3]);
  assert.deepEqual(await numbers(read(bus, "patchbay.v1.evt.>", { from: "last-per-subject" })), [3, 4]);
  assert.deepEqual(await numbers(read(bus, "patchbay.v1.evt.a.b.c")), [], "nothing there: it ends all the same");
});

Deno.test("thousands of messages come whole and in order", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const count = 3_000;
  const data = Array.from({ length: count }, (_, n) => n);
  await Promise.all(data.map((n) => publish(bus, subject, event(n))));
  assert.deepEqual(await numbers(read(bus, subject)), data);
});

Deno.test("who follows gets what comes, and ends quietly when the signal fires", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  await publish(bus, subject, event(1));
  const abort = new AbortController();
  const all: number[] = [];
  for await (const { message } of read(bus, subject, { follow: true, signal: abort.signal })) {
    all.push(message.payload.n);
    if (message.payload.n < 3) await publish(bus, subject, event(message.payload.n + 1));
    else abort.abort();
  }
  assert.deepEqual(all, [1, 2, 3]);
});

Deno.test("who follows misses nothing when the broker is killed and restarted", async () => {
  await using nats = await startTestNats();
  const [bus, writer] = [await nats.connect("test"), await nats.connect("writer")];
  await migrate(bus);
  const fresh = numbers(read(bus, subject, { from: "new", follow: true }), 3);
  const all = numbers(read(bus, subject, { from: "start", follow: true }), 3);
  // "new" begins when its consumer is there
  while ((await consumers(bus)) < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  await publish(writer, subject, event(1));
  await nats.kill();
  await untilConnected(bus, false);
  await nats.restart();
  await publish(writer, subject, event(2), { timeoutMs: 30_000 });
  await publish(writer, subject, event(3), { timeoutMs: 30_000 });
  assert.deepEqual(await all, [1, 2, 3]);
  assert.deepEqual(await fresh, [1, 2, 3]);
});

async function consumers(bus: Bus): Promise<number> {
  const manager = await bus.js.jetstreamManager(false);
  return (await manager.streams.info("EVENTS")).state.consumer_count;
}

Deno.test("ending the loop removes the consumer from the server", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  await publish(bus, subject, event(1));
  for await (const _ of read(bus, subject, { follow: true })) break;
  while (await consumers(bus) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
});

Deno.test("a message that is of another kind is left out, or ends the loop if the reader says so", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  for (const n of [1, "two", 3]) await publish(bus, subject, event(n));
  assert.deepEqual(await numbers(read(bus, subject)), [1, 3]);
  const strict = read(bus, subject, {
    onInvalid: (error) => {
      throw error;
    },
  });
  await assert.rejects(numbers(strict), withCode("INVALID_MESSAGE"));
});

Deno.test("a stream that is not there is an error at once", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await assert.rejects(numbers(read(bus, subjects.run(newId()))), withCode("BUS_UNAVAILABLE"));
});

Deno.test("a reader whose connection is closed in the middle is told that something is missing", async () => {
  await using nats = await startTestNats();
  const [bus, writer] = [await nats.connect("test"), await nats.connect("writer")];
  await migrate(writer, { storage: "memory" });
  await publish(writer, subject, event(0));
  // more than the server sends ahead of the reader, so that the end cannot be here yet
  const large = (n: number) => envelope({ type: "event", payload: { n, fill: "x".repeat(16_384) }, source: "test" });
  await Promise.all(Array.from({ length: 500 }, (_, n) => publish(writer, subject, large(n + 1))));
  const reading = (async () => {
    for await (const { message } of read(bus, subject)) if (message.payload.n === 0) await bus.nc.close();
  })();
  await assert.rejects(reading, withCode("BUS_UNAVAILABLE"));
});

Deno.test("a reader that is not read leaves nothing open once its signal fires", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  await publish(bus, subject, event(1));
  const abort = new AbortController();
  const items = read(bus, subject, { follow: true, signal: abort.signal })[Symbol.asyncIterator]();
  await items.next();
  abort.abort();
  assert.equal((await items.next()).done, true);
});
