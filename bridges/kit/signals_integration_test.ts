import assert from "node:assert/strict";
import { z } from "zod";
import { AppEvent, ChannelSample, newId, subjects } from "@patchbay/contracts";
import { readStream, subscribe } from "@patchbay/bus";
import { startAppDouble } from "@patchbay/testing";
import { callResult, counter, testStudio } from "./test_counter.ts";

Deno.test("events that happen while the bus is away are stored afterwards, each once and in order", async () => {
  await using studio = await testStudio({ storage: "file" });
  const bus = await studio.nats.connect("counter.ws-01");
  await using double = await startAppDouble(bus, counter);
  double.event("clicked", { x: 0 });
  await studio.nats.kill();
  for (let x = 1; x < 100; x++) double.event("clicked", { x });
  await studio.nats.restart();
  const seen: unknown[] = [];
  const subject = subjects.event("counter", "ws-01", "clicked");
  for await (
    const { message } of readStream(studio.bus, "EVENTS", { subject, payload: AppEvent, from: "start", follow: true })
  ) {
    seen.push(message.payload.data);
    if (seen.length === 100) break;
  }
  assert.deepEqual(seen, Array.from({ length: 100 }, (_, x) => ({ x })));
});

Deno.test("a channel sends its first value at once and then the last one at its rate", async () => {
  await using studio = await testStudio();
  await using double = await startAppDouble(studio.bus, counter);
  const payload = ChannelSample.extend({ value: z.number() });
  await using heard = subscribe(studio.bus, subjects.channel("counter", "ws-01", "level"), { payload });
  await heard.ready;
  for (let level = 0; level < 1000; level++) double.channel("level", level);
  double.channel("level", "loud");
  double.channel("not_declared", 1);
  const seen: (number | undefined)[][] = [];
  for await (const { message: { payload: { value, seq, at }, metadata } } of heard) {
    assert.ok(at <= metadata.timestamp + 1, "a value was made before it was sent");
    seen.push([value, seq]);
    if (value === 999) break;
  }
  assert.deepEqual(seen, [[0, 1], [999, 2]]);
});

Deno.test("an event that happens during a command says so, and one that happens afterwards does not", async () => {
  await using studio = await testStudio();
  await using double = await startAppDouble(studio.bus, counter, {
    handlers: {
      add: () => {
        double.event("clicked", { x: 1 });
        return { count: 1 };
      },
    },
  });
  const correlationId = newId();
  const { commandId } = await callResult(studio.bus, "add", {}, { correlationId });
  double.event("clicked", { x: 2 });
  const seen: { data: unknown; correlationId: string; causationId: string | undefined }[] = [];
  const subject = subjects.event("counter", "ws-01", "clicked");
  const options = { subject, payload: AppEvent, from: "start", follow: true } as const;
  for await (const { message: { payload: { data }, metadata } } of readStream(studio.bus, "EVENTS", options)) {
    seen.push({ data, correlationId: metadata.correlationId, causationId: metadata.causationId });
    if (seen.length === 2) break;
  }
  assert.deepEqual(seen[0], { data: { x: 1 }, correlationId, causationId: commandId });
  assert.equal(seen[1]?.causationId, undefined);
  assert.notEqual(seen[1]?.correlationId, correlationId);
});
