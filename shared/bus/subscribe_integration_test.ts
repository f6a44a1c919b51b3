import assert from "node:assert/strict";
import { envelope, newId, type Severity, subjects, WILDCARD } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import { untilConnected, withCode } from "./bus_fixture.ts";
import { send } from "./publish.ts";
import { subscribe } from "./subscribe.ts";

const progress = (n: unknown) => envelope({ type: "progress", payload: { n }, source: "test" });
const Numbers = z.looseObject({ n: z.number() });

Deno.test("a subscriber gets what is sent on every subject that it asked for", async () => {
  await using nats = await startTestNats();
  const [bus, other] = [await nats.connect("test"), await nats.connect("other")];
  await using received = subscribe(bus, subjects.channel("ableton", WILDCARD, "track_meter"), { payload: Numbers });
  await received.ready;
  send(other, subjects.channel("ableton", "ws-01", "beat"), progress(0));
  send(other, subjects.channel("ableton", "ws-02", "track_meter"), progress(1));
  for await (const { subject, message } of received) {
    assert.equal(subject, "patchbay.v1.tel.ableton.ws-02.track_meter");
    assert.equal(message.payload.n, 1);
    break;
  }
});

Deno.test("a reader that is too slow loses the oldest messages, and can see how many", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const subject = subjects.progress(newId());
  await using received = subscribe(bus, subject, { payload: Numbers, limit: 3 });
  for (let n = 0; n < 10; n++) send(bus, subject, progress(n));
  await bus.nc.flush();
  const numbers: number[] = [];
  for await (const { message } of received) {
    numbers.push(message.payload.n);
    if (numbers.length === 3) break;
  }
  assert.deepEqual(numbers, [7, 8, 9]);
  assert.equal(received.dropped, 7);
});

Deno.test("what is no message of this kind is reported, and the next one comes", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const subject = subjects.progress(newId());
  const invalid: string[] = [];
  await using received = subscribe(bus, subject, {
    payload: Numbers,
    onInvalid: (error) => invalid.push(error.code),
  });
  bus.nc.publish(subject, "{");
  send(bus, subject, progress("one"));
  bus.nc.publish(subject, JSON.stringify({ ...progress(1), v: 2 }));
  send(bus, subject, progress(1));
  for await (const { message } of received) {
    assert.equal(message.payload.n, 1);
    break;
  }
  assert.deepEqual(invalid, ["INVALID_MESSAGE", "INVALID_MESSAGE", "UNSUPPORTED_VERSION"]);
});

Deno.test("a subscription ends quietly when its signal fires, also one that waits", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const abort = new AbortController();
  const received = subscribe(bus, subjects.progress(newId()), { payload: Numbers, signal: abort.signal });
  const reading = Array.fromAsync(received);
  abort.abort();
  assert.deepEqual(await reading, []);
  assert.deepEqual(await Array.fromAsync(subscribe(bus, "a.b", { payload: Numbers, signal: AbortSignal.abort() })), []);
});

Deno.test("a subscription outlives the broker", async () => {
  await using nats = await startTestNats();
  const [bus, other] = [await nats.connect("test"), await nats.connect("other")];
  const subject = subjects.progress(newId());
  await using received = subscribe(bus, subject, { payload: Numbers });
  await nats.kill();
  await Promise.all([untilConnected(bus, false), untilConnected(other, false)]);
  await nats.restart();
  await Promise.all([untilConnected(bus), untilConnected(other)]);
  await bus.nc.flush();
  send(other, subject, progress(1));
  for await (const { message } of received) {
    assert.equal(message.payload.n, 1);
    break;
  }
});

Deno.test("listening where it is not allowed fails in the loop, and names the subject", async () => {
  const permissions = { publish: {}, subscribe: { deny: ["patchbay.v1.alert.>"] } };
  await using nats = await startTestNats({ users: [{ user: "narrow", password: "narrow", permissions }] });
  const bus = await nats.connect("narrow", { user: "narrow", password: "narrow" });
  const severity: Severity = "critical";
  const received = subscribe(bus, subjects.alert(severity), { payload: Numbers });
  await assert.rejects(Array.fromAsync(received), withCode("FORBIDDEN"));
});

Deno.test("subscriptions with one queue share the messages", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const subject = subjects.progress(newId());
  const count = 50;
  const abort = new AbortController();
  const numbers: number[] = [];
  const readers = ["a", "b"].map(async () => {
    for await (const { message } of subscribe(bus, subject, { payload: Numbers, queue: "q", signal: abort.signal })) {
      numbers.push(message.payload.n);
      if (numbers.length === count) abort.abort();
    }
  });
  for (let n = 0; n < count; n++) send(bus, subject, progress(n));
  await Promise.all(readers);
  assert.deepEqual(numbers.toSorted((a, b) => a - b), Array.from({ length: count }, (_, n) => n));
});
