import assert from "node:assert/strict";
import { Alert, AppEvent, BridgeFailureEvent, BridgeStatusEvent, PatchbayError, subjects } from "@patchbay/contracts";
import { type Bus, readStream } from "@patchbay/bus";
import { startAppDouble } from "@patchbay/testing";
import { z } from "zod";
import { startBridge } from "./bridge.ts";
import { call, code, counter, testStudio, until } from "./test_counter.ts";

/** What the bridge has said of itself so far. */
async function said<T extends z.ZodType>(bus: Bus, event: string, data: T): Promise<z.output<T>[]> {
  const subject = subjects.event("counter", "ws-01", event);
  const found: z.output<T>[] = [];
  for await (
    const { message } of readStream(bus, "EVENTS", { subject, payload: AppEvent, from: "start", follow: false })
  ) found.push(data.parse(message.payload.data));
  return found;
}

const transitions = async (bus: Bus) =>
  (await said(bus, "bridge_status", BridgeStatusEvent)).map(({ from, to, code = "" }) =>
    `${from} ${to} ${code}`.trim()
  );
const failures = async (bus: Bus) => (await said(bus, "bridge_failure", BridgeFailureEvent)).map(({ code }) => code);

Deno.test("each transition is an event, with its reason; each failure another one", async () => {
  await using studio = await testStudio({ storage: "file" });
  const bus = await studio.nats.connect("counter.ws-01");
  let opened = 0;
  await using double = await startAppDouble(bus, counter, {
    open: () => {
      if (++opened === 2) throw PatchbayError.of("APP_START_FAILED", "no licence");
    },
    backoff: { minMs: 60, maxMs: 60 },
  });
  await double.bridge.ready();
  double.crash();
  await until(() => opened === 3 && double.bridge.status === "idle");
  await studio.nats.kill();
  await until(() => double.bridge.status === "degraded");
  await studio.nats.restart();
  await until(() => double.bridge.status === "idle" && studio.bus.connected);
  await double.bridge.drain();
  assert.deepEqual(await transitions(studio.bus), [
    "initializing connected",
    "connected degraded APP_CRASHED",
    "degraded disconnected APP_START_FAILED",
    "disconnected connected",
    "connected degraded BUS_UNAVAILABLE",
    "degraded connected",
    "connected draining",
  ]);
  assert.deepEqual(await failures(studio.bus), ["APP_CRASHED", "APP_START_FAILED"]);
  const reasons = (await said(studio.bus, "bridge_status", BridgeStatusEvent)).map(({ reason }) => reason);
  assert.match(reasons[0] ?? "", /connected to Counter/);
  assert.match(reasons[2] ?? "", /no licence/);
  assert.match(reasons[4] ?? "", /the bus is away: disconnected from/);
});

Deno.test("the same failure again and again is one event", async () => {
  await using studio = await testStudio();
  let opened = 0;
  await using double = await startAppDouble(studio.bus, counter, {
    open: () => {
      if (++opened < 6) throw PatchbayError.of("APP_NOT_CONNECTED", "nobody has opened it");
    },
    backoff: { minMs: 5, maxMs: 5 },
  });
  await double.bridge.ready();
  await double.bridge.drain();
  assert.deepEqual(await failures(studio.bus), ["APP_NOT_CONNECTED"]);
});

Deno.test("an application of the bridge's own that does not start again and again is left, with an alert", async () => {
  await using studio = await testStudio();
  const workDir = await Deno.makeTempDir();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(workDir, { recursive: true }));
  let opened = 0;
  const bridge = stack.use(
    await startBridge({
      bus: studio.bus,
      manifest: counter,
      bridge: "ws-01",
      simulated: true,
      allowCode: false,
      workDir,
      backoff: { minMs: 5, maxMs: 5 },
      restartLimit: 3,
      adapter: {
        owned: true,
        open: () => Promise.reject(PatchbayError.of("APP_START_FAILED", `no licence, ${++opened}`)),
        execute: () => Promise.reject(new Error("it is not there")),
        snapshot: () => Promise.resolve({ count: 0 }),
        close: () => Promise.resolve(),
      },
    }),
  );
  await until(() => /it failed 3 times in a row; next attempt in \d{3} s/.test(bridge.reason));
  assert.equal(bridge.status, "disconnected");
  assert.equal(opened, 3);
  const options = { subject: subjects.alert("error"), payload: Alert, from: "start", follow: true } as const;
  for await (const { message: { payload } } of readStream(studio.bus, "ALERTS", options)) {
    assert.equal(payload.code, "APP_START_FAILED");
    assert.equal(`${payload.app}.${payload.bridge}`, "counter.ws-01");
    assert.match(payload.message, /3 times in a row/);
    break;
  }
});

Deno.test("a bridge has its share of `any` only while its application is there", async () => {
  await using studio = await testStudio();
  const gate = Promise.withResolvers<void>();
  let opened = 0;
  await using first = await startAppDouble(studio.bus, counter, {
    bridge: "ws-01",
    handlers: { add: () => ({ count: 1 }) },
    open: () => ++opened === 1 ? undefined : gate.promise,
  });
  await first.bridge.ready();
  const anyOne = () => call(studio.bus, "add", {}, { bridge: "any" });
  assert.deepEqual(await anyOne(), { count: 1 });
  {
    await using _second = await startAppDouble(studio.bus, counter, {
      bridge: "ws-02",
      handlers: { add: () => ({ count: 2 }) },
    });
    first.crash();
    await until(() => opened === 2);
    for (let n = 0; n < 20; n++) assert.deepEqual(await anyOne(), { count: 2 });
  }
  await assert.rejects(anyOne(), code("BRIDGE_OFFLINE"));
  await assert.rejects(call(studio.bus, "add"), code("APP_NOT_CONNECTED"));
  gate.resolve();
  await first.bridge.ready();
  assert.deepEqual(await anyOne(), { count: 1 });
});
