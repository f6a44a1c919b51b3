import assert from "node:assert/strict";
import { newId, PatchbayError } from "@patchbay/contracts";
import { openLedger } from "@patchbay/bus";
import { startAppDouble } from "@patchbay/testing";
import { startBridge } from "./bridge.ts";
import { job, queueIsEmpty, resultsOf } from "./jobs/test_jobs.ts";
import { call, callResult, code, counter, testStudio, until } from "./test_counter.ts";

Deno.test("each result says in which session it came to be, as the presence does", async () => {
  await using studio = await testStudio();
  let count = 0;
  await using double = await startAppDouble(studio.bus, counter, {
    handlers: { add: () => ({ count: ++count }), read: () => ({ count }) },
  });
  const { session } = double.bridge.presence;
  assert.ok(session !== undefined);
  assert.equal((await callResult(studio.bus, "add")).session, session);
  assert.equal((await callResult(studio.bus, "read", {}, { session })).session, session);
  assert.equal((await callResult(studio.bus, "hold")).session, session, "one that the application refused");
});

Deno.test("after a crash, what was meant for the session before is refused and never begun, on both lanes", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  let count = 0;
  await using double = await startAppDouble(bus, counter, {
    handlers: { add: () => ({ count: ++count }), read: () => ({ count }) },
  });
  const { session: before } = await callResult(bus, "add");
  assert.ok(before !== undefined);
  double.crash();
  await until(() => double.bridge.presence.session !== undefined && double.bridge.presence.session !== before);
  const { session: now } = double.bridge.presence;

  const later = newId();
  await assert.rejects(call(bus, "add", {}, { session: before, id: later }), (error) => {
    assert.ok(error instanceof PatchbayError);
    assert.equal(error.code, "APP_RESTARTED");
    assert.equal(error.retryable, false);
    assert.deepEqual(error.context, { started: false, expected: before, found: now });
    return true;
  });
  await assert.rejects(call(bus, "read", {}, { session: before }), code("APP_RESTARTED"));
  const [refused] = await resultsOf(bus, [await job(bus, "add", {}, { session: before })]);
  assert.ok(refused?.ok === false && refused.problem.code === "APP_RESTARTED");
  await until(() => queueIsEmpty(bus));
  assert.deepEqual(double.executions.map(({ command }) => command), ["add"]);
  assert.equal(await openLedger(bus).find({ app: "counter", bridge: "ws-01" }, later), undefined);

  assert.deepEqual(await call(bus, "add", {}, { session: now! }), { count: 2 });
});

Deno.test("what was done before the crash is answered with its result, whoever sends it again", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  await using double = await startAppDouble(bus, counter, { handlers: { add: () => ({ count: 1 }) } });
  const id = newId();
  const { session } = await callResult(bus, "add", {}, { id });
  double.crash();
  await until(() => double.bridge.presence.session !== session && double.bridge.presence.session !== undefined);
  assert.deepEqual(await call(bus, "add", {}, { id, session: session! }), { count: 1 });
  assert.equal(double.executions.length, 1);
});

Deno.test("an application that is found again is in the session that it was in", async () => {
  await using studio = await testStudio();
  const workDir = await Deno.makeTempDir();
  let instance = "a";
  let opened = 0;
  let lost = (_error: PatchbayError) => {};
  await using bridge = await startBridge({
    bus: studio.bus,
    manifest: counter,
    adapter: {
      open: (host) => {
        opened++;
        lost = (error) => host.lost(error);
        return Promise.resolve({ appVersion: "1.0.0", instance });
      },
      execute: () => Promise.resolve({ count: 0 }),
      snapshot: () => Promise.resolve({ count: 0 }),
      close: () => Promise.resolve(),
    },
    bridge: "ws-01",
    simulated: true,
    allowCode: false,
    workDir,
    backoff: { minMs: 5, maxMs: 20 },
  });
  await bridge.ready();
  const { session } = bridge.presence;
  assert.ok(session !== undefined);
  const reopened = async () => {
    const before = opened;
    lost(PatchbayError.of("APP_NOT_CONNECTED", "The link broke"));
    await until(() => opened > before && bridge.presence.session !== undefined);
    return bridge.presence.session;
  };
  assert.equal(await reopened(), session);
  instance = "b";
  assert.notEqual(await reopened(), session);
  await bridge.drain();
  await Deno.remove(workDir, { recursive: true });
});
