import assert from "node:assert/strict";
import { Presence } from "@patchbay/contracts";
import { openBucket } from "@patchbay/bus";
import { natsCommand, WITHOUT_NATS_COMMAND } from "../../shared/bus/nats_command_fixture.ts";
import { startAppDouble } from "@patchbay/testing";
import { z } from "zod";
import { call, counter, testStudio } from "./test_counter.ts";

const COUNT = 50;
const ids = Array.from({ length: COUNT }, (_, n) => `ws-${n}`);

Deno.test("fifty bridges of one connection announce themselves, answer each for itself, and leave nothing behind", async () => {
  await using studio = await testStudio();
  const bus = await studio.nats.connect("fifty bridges");
  await using stack = new AsyncDisposableStack();
  let subscribed = 0;
  const subscribe = bus.nc.subscribe.bind(bus.nc);
  bus.nc.subscribe = (...args) => {
    const subscription = subscribe(...args);
    subscribed++;
    void subscription.closed.then(() => subscribed--);
    return subscription;
  };
  await Promise.all(ids.map(async (bridge, n) => {
    stack.use(await startAppDouble(bus, counter, { bridge, handlers: { add: () => ({ count: n }) } }));
  }));
  const presence = await openBucket(studio.bus, "presence", Presence);
  assert.equal((await presence.entries("counter.*")).length, COUNT);
  const counts = await Promise.all(ids.map((bridge) => call(studio.bus, "add", {}, { bridge })));
  assert.deepEqual(counts, ids.map((_, count) => ({ count })));
  assert.ok(subscribed < 12 * COUNT, `${subscribed} subscriptions`);
  await stack.disposeAsync();
  assert.equal((await presence.entries("counter.*")).length, 0);
});

Deno.test({
  name: "`nats micro` lists bridges, and measures each command of each" + WITHOUT_NATS_COMMAND,
  ignore: WITHOUT_NATS_COMMAND !== "",
  async fn() {
    await using studio = await testStudio();
    await using stack = new AsyncDisposableStack();
    for (const bridge of ["ws-01", "ws-02"]) {
      stack.use(await startAppDouble(studio.bus, counter, { bridge, handlers: { read: () => ({ count: 1 }) } }));
    }
    for (let n = 0; n < 3; n++) await call(studio.bus, "read", {}, { bridge: "ws-02" });
    const Listed = z.array(z.looseObject({ name: z.string(), metadata: z.record(z.string(), z.string()) }));
    const listed = Listed.parse(JSON.parse(await natsCommand(studio.nats.url, "micro", "ls", "--json")));
    assert.deepEqual(listed.map(({ name, metadata }) => `${name} ${metadata["bridge"]}`).sort(), [
      "bridge-counter ws-01",
      "bridge-counter ws-02",
    ]);
    const Endpoints = z.array(z.looseObject({ name: z.string(), subject: z.string(), num_requests: z.number() }));
    const Stats = z.array(z.looseObject({ metadata: z.record(z.string(), z.string()), endpoints: Endpoints }));
    const text = await natsCommand(studio.nats.url, "micro", "stats", "bridge-counter", "--json");
    const second = Stats.parse(JSON.parse(text)).find(({ metadata }) => metadata["bridge"] === "ws-02");
    const called = second?.endpoints.filter(({ num_requests }) => num_requests > 0);
    assert.deepEqual(called?.map(({ subject, num_requests }) => [subject, num_requests]), [
      ["patchbay.v1.cmd.counter.ws-02.read", 3],
    ]);
    assert.ok(second?.endpoints.some(({ subject }) => subject === "patchbay.v1.cmd.counter.any.read"));
  },
});
