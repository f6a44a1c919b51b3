import assert from "node:assert/strict";
import { z } from "zod";
import { ManifestDocument, manifestDocument, PatchbayError, Presence, Result, subjects } from "@patchbay/contracts";
import { migrate, openBucket, readStream } from "@patchbay/bus";
import { startAppDouble } from "@patchbay/testing";
import { startChild } from "./supervision/child.ts";
import { call, callResult, code, counter, holding, testStudio, until } from "./test_counter.ts";

Deno.test("a bridge and its manifest can be seen at once, and the presence is gone when it has left", async () => {
  await using studio = await testStudio();
  const presence = await openBucket(studio.bus, "presence", Presence);
  const manifests = await openBucket(studio.bus, "manifests", ManifestDocument);
  const double = await startAppDouble(studio.bus, counter);
  await using _double = double;
  const here = await presence.get("counter.ws-01");
  assert.equal(here?.value.title, "Counter");
  assert.equal(here?.value.simulated, true);
  assert.deepEqual(
    (await manifests.get("counter.ws-01"))?.value,
    JSON.parse(JSON.stringify(ManifestDocument.parse(manifestDocument(counter)))),
  );
  await double.bridge.drain();
  assert.equal(await presence.get("counter.ws-01"), undefined);
  await assert.rejects(call(studio.bus, "read"), code("BRIDGE_OFFLINE"));
});

Deno.test("the presence says what the bridge does", async () => {
  await using studio = await testStudio();
  const presence = await openBucket(studio.bus, "presence", Presence);
  const { hold, began, release } = holding();
  await using _double = await startAppDouble(studio.bus, counter, { handlers: { hold } });
  const status = async () => (await presence.get("counter.ws-01"))?.value.status;
  await until(async () => await status() === "idle");
  const running = call(studio.bus, "hold", { name: "a" });
  await until(() => began.length === 1);
  await until(async () => await status() === "executing");
  release("a");
  await running;
  await until(async () => await status() === "idle");
});

Deno.test("a bridge that is killed outright vanishes when its presence expires", async () => {
  await using studio = await testStudio();
  const script = `
    import { connectBus } from "@patchbay/bus";
    import { startAppDouble } from "@patchbay/testing";
    import { counter } from "./test_counter.ts";
    const bus = await connectBus({ servers: ${JSON.stringify(studio.nats.url)}, name: "to be killed" });
    await startAppDouble(bus, counter, { handlers: { add: () => ({ count: 7 }) } });
    console.log("here");
  `;
  const file = await Deno.makeTempFile({ dir: import.meta.dirname!, suffix: "_killed.ts" });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(file));
  await Deno.writeTextFile(file, script);
  // what it leaves behind goes with the test
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const here = Promise.withResolvers<void>();
  await using process = startChild({
    command: Deno.execPath(),
    args: ["run", "-A", "--no-check", file],
    cwd: import.meta.dirname!,
    env: { TMPDIR: folder },
    onLine: (line) => line === "here" && here.resolve(),
  });
  await here.promise;
  assert.deepEqual(await call(studio.bus, "add"), { count: 7 });
  const presence = await openBucket(studio.bus, "presence", Presence);
  const watching = presence.watch();
  Deno.kill(process.pid, "SIGKILL");
  await process.exited;
  await assert.rejects(call(studio.bus, "add"), code("BRIDGE_OFFLINE"));
  for await (const change of watching) {
    if (change.kind === "delete") break;
  }
  assert.equal(await presence.get("counter.ws-01"), undefined);
});

Deno.test("a bridge that leaves finishes what it accepted and takes nothing new", async () => {
  await using studio = await testStudio();
  const { hold, began, release } = holding();
  await using double = await startAppDouble(studio.bus, counter, { handlers: { hold } });
  const first = call(studio.bus, "hold", { name: "first" });
  const second = call(studio.bus, "hold", { name: "second" });
  await until(() => began.length === 1 && double.bridge.presence.queued === 1);
  const leaving = double.bridge.drain();
  assert.equal(double.bridge.status, "draining");
  await until(() =>
    call(studio.bus, "hold", { name: "late" }, { waitMs: 200 }).then(() => false, code("BRIDGE_OFFLINE"))
  );
  release("first");
  await until(() => began.length === 2);
  release("second");
  assert.deepEqual(await Promise.all([first, second]), [{}, {}]);
  await leaving;
  await double.bridge.ended;
  assert.deepEqual(began, ["first", "second"]);
  const results: unknown[] = [];
  const subject = subjects.result("counter", "ws-01", "hold");
  for await (
    const { message } of readStream(studio.bus, "RESULTS", { subject, payload: Result, from: "start", follow: false })
  ) {
    results.push(message.payload.ok);
  }
  assert.deepEqual(results, [true, true]);
});

Deno.test("a bridge that has waited long enough cancels the rest and leaves", async () => {
  await using studio = await testStudio();
  const { hold, began } = holding();
  await using double = await startAppDouble(studio.bus, counter, { handlers: { hold }, drainTimeoutMs: 30 });
  const running = call(studio.bus, "hold");
  await until(() => began.length === 1);
  await Promise.all([
    assert.rejects(running, (error) => code("CANCELLED")(error) && /the bridge stops/.test(String(error))),
    double.bridge.drain(),
  ]);
});

Deno.test("an application that is lost fails what runs, and is opened again", async () => {
  await using studio = await testStudio();
  const { hold, began } = holding();
  let opened = 0;
  await using double = await startAppDouble(studio.bus, counter, {
    handlers: { hold, read: () => ({ count: 3 }) },
    open: () => {
      if (++opened === 2) throw PatchbayError.of("APP_START_FAILED", "no licence");
    },
    backoff: { minMs: 60, maxMs: 60 },
  });
  await double.bridge.ready();
  const running = call(studio.bus, "hold");
  await until(() => began.length === 1);
  double.crash();
  await assert.rejects(running, code("APP_CRASHED"));
  await until(() => double.bridge.status === "degraded");
  assert.match(double.bridge.reason, /Counter ended/);
  await until(() => double.bridge.status === "disconnected");
  assert.match(double.bridge.reason, /no licence; next attempt in 1 s/);
  await assert.rejects(
    call(studio.bus, "read"),
    (error) => code("APP_NOT_CONNECTED")(error) && /no licence/.test(String(error)),
  );
  await double.bridge.ready();
  assert.deepEqual(await call(studio.bus, "read"), { count: 3 });
});

Deno.test("a query that was cut off may be asked again", async () => {
  await using studio = await testStudio();
  await using double = await startAppDouble(studio.bus, counter, { handlers: { read: () => new Promise(() => {}) } });
  const asked = callResult(studio.bus, "read");
  await until(() => double.executions.length === 1);
  double.crash();
  const result = await asked;
  assert.ok(!result.ok);
  assert.deepEqual([result.problem.code, result.problem.retryable], ["APP_NOT_CONNECTED", true]);
});

Deno.test("a bridge that is not ready in time says why", async () => {
  await using studio = await testStudio();
  await using double = await startAppDouble(studio.bus, counter, { open: () => new Promise(() => {}) });
  await assert.rejects(
    double.bridge.ready(AbortSignal.abort()),
    (error) => code("APP_NOT_CONNECTED")(error) && /opening Counter/.test(String(error)),
  );
  const waiting = assert.rejects(double.bridge.ready(), /the bridge stops/);
  await double.bridge.drain();
  await waiting;
});

Deno.test("a bridge that is started before the streams are there waits for them", async () => {
  await using studio = await testStudio();
  await studio.bus.nc.request("$JS.API.STREAM.DELETE.KV_presence");
  const starting = startAppDouble(studio.bus, counter, { handlers: { read: () => ({ count: 1 }) } });
  // it answers before it can be seen
  await until(() => call(studio.bus, "read").then(() => true, () => false));
  await migrate(studio.bus, { storage: "memory" });
  await using _double = await starting;
  const presence = await openBucket(studio.bus, "presence", Presence);
  assert.equal((await presence.get("counter.ws-01"))?.value.app, "counter");
});

Deno.test("a start that is given up leaves nothing behind", async () => {
  await using studio = await testStudio();
  await studio.bus.nc.request("$JS.API.STREAM.DELETE.KV_presence");
  const controller = new AbortController();
  const starting = startAppDouble(studio.bus, counter, {
    signal: controller.signal,
    handlers: { read: () => ({ count: 1 }) },
  });
  const refused = assert.rejects(starting);
  await until(() => call(studio.bus, "read").then(() => true, () => false));
  controller.abort();
  await refused;
  await assert.rejects(call(studio.bus, "read"), code("BRIDGE_OFFLINE"));
  await assert.rejects(startAppDouble(studio.bus, counter, { signal: controller.signal }));
});

Deno.test("a command that runs while the bus restarts ends once, is in the history, and can be asked for again", async () => {
  await using studio = await testStudio({ storage: "file" });
  const { hold, began, release } = holding();
  const bridgeBus = await studio.nats.connect("counter.ws-01");
  await using double = await startAppDouble(bridgeBus, counter, { handlers: { hold } });
  const lost = call(studio.bus, "hold", { name: "a" }, { idempotencyKey: "k", waitMs: 2_000 });
  await until(() => began.length === 1);
  await studio.nats.kill();
  release("a");
  await studio.nats.restart();
  await lost.catch(() => {});
  await until(() => bridgeBus.connected && studio.bus.connected);
  const answered = () => call(studio.bus, "hold", { name: "a" }, { idempotencyKey: "k" });
  await until(() => answered().then((value) => value !== undefined, () => false));
  assert.deepEqual(began, ["a"]);
  const subject = subjects.result("counter", "ws-01", "hold");
  for await (
    const { message } of readStream(studio.bus, "RESULTS", { subject, payload: Result, from: "start", follow: true })
  ) {
    assert.equal(message.payload.ok, true);
    break;
  }
  assert.equal(double.executions.length, 1);
});

Deno.test("`nats micro` sees the bridge with an endpoint for each command", async () => {
  await using studio = await testStudio();
  await using _double = await startAppDouble(studio.bus, counter);
  const info = await studio.bus.nc.request("$SRV.INFO.bridge-counter");
  const { endpoints, metadata } = z.object({
    metadata: z.record(z.string(), z.string()),
    endpoints: z.array(z.object({ name: z.string(), subject: z.string() })),
  }).parse(info.json());
  assert.equal(metadata["bridge"], "ws-01");
  assert.ok(endpoints.some(({ subject }) => subject === "patchbay.v1.cmd.counter.ws-01.add"));
  assert.ok(endpoints.some(({ subject }) => subject === "patchbay.v1.cmd.counter.any.add"));
  assert.ok(endpoints.some(({ subject }) => subject === "patchbay.v1.cmd.counter.ws-01._snapshot"));
});

Deno.test("a bridge whose presence expired while it lost the bus is seen again, and not taken for another", async () => {
  await using studio = await testStudio();
  const presence = await openBucket(studio.bus, "presence", Presence);
  await using double = await startAppDouble(studio.bus, counter);
  const { instance } = double.bridge.presence;
  await presence.delete("counter.ws-01");
  double.crash();
  await until(async () => (await presence.get("counter.ws-01"))?.value.instance === instance);
  assert.equal(double.bridge.failure, undefined);
});
