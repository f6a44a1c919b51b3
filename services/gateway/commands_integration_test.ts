import assert from "node:assert/strict";
import { startTestNats } from "@patchbay/testing";
import { openBucket } from "@patchbay/bus";
import { newId, Presence } from "@patchbay/contracts";
import { startCounter } from "./testing/counter.ts";
import { startTestGateway, type TestGateway } from "./testing/studio.ts";

async function studio() {
  const nats = await startTestNats();
  const bus = await nats.connect("test");
  const gateway = await startTestGateway(bus);
  const counter = await startCounter(bus);
  while (gateway.deps.manifests.apps.size === 0) await bus.nc.flush();
  return {
    ...gateway,
    counter,
    nats,
    async [Symbol.asyncDispose]() {
      await counter[Symbol.asyncDispose]();
      await gateway[Symbol.asyncDispose]();
      await nats[Symbol.asyncDispose]();
    },
  };
}

const run = ({ ask }: TestGateway, json: Record<string, unknown>, headers: Record<string, string> = {}) =>
  ask("/v1/commands", { method: "POST", json: { bridge: "counter.any", ...json }, headers });

const expectCode = async (response: Response, status: number, code: string) => {
  const body = await response.json();
  assert.equal(`${response.status} ${body.code}`, `${status} ${code}`, JSON.stringify(body));
  return body;
};

Deno.test("a command is answered with its result, which is found again by its id", async () => {
  await using s = await studio();
  for (const bridge of ["counter.ws-01", "counter.any"]) {
    const response = await run(s, { bridge, command: "increment", args: { by: 2 } });
    assert.equal(response.status, 200);
    const result = await response.json();
    assert.equal(result.ok, true);
    assert.equal(result.command, "increment");
    const location = response.headers.get("content-location") ?? "";
    assert.equal(location, `/v1/commands/${result.commandId}`);
    const found = await (await s.ask(location)).json();
    assert.deepEqual(found, { id: result.commandId, status: "succeeded", result });
  }
  assert.equal(s.counter.count, 4);
});

Deno.test("a repeated command with the same idempotency key runs once", async () => {
  await using s = await studio();
  const headers = { "idempotency-key": "k1" };
  const calls = await Promise.all([1, 2, 3].map(() => run(s, { command: "increment" }, headers)));
  for (const response of calls) assert.deepEqual((await response.json()).value, { count: 1 });
  // each answer says where the one result is found again
  for (const { headers } of calls) assert.equal((await s.ask(headers.get("content-location") ?? "")).status, 200);
  assert.equal(s.counter.count, 1);
  await expectCode(await run(s, { command: "increment" }, { "idempotency-key": "a b" }), 400, "INVALID_REQUEST");
});

Deno.test("an absent bridge, an unknown command and bad arguments are refused at once", async () => {
  await using s = await studio();
  const offline = await expectCode(await run(s, { bridge: "counter.ws-99", command: "get" }), 503, "BRIDGE_OFFLINE");
  assert.deepEqual(offline.context, { available: ["counter.ws-01"] });
  assert.equal(offline.retryable, true);
  await expectCode(await run(s, { bridge: "blender.any", command: "get" }), 503, "BRIDGE_OFFLINE");
  const unknown = await expectCode(await run(s, { command: "explode" }), 404, "UNKNOWN_COMMAND");
  assert.ok(unknown.context.available.includes("increment"));
  const bad = await expectCode(await run(s, { command: "increment", args: { by: "two" } }), 422, "INVALID_ARGUMENTS");
  assert.deepEqual(bad.errors[0].path, ["args", "by"]);
  assert.equal(s.counter.count, 0);
});

Deno.test("what is no bridge's address is refused with the field, the form, and who is here", async () => {
  await using s = await studio();
  const bus = await s.nats.connect("presence");
  await (await openBucket(bus, "presence", Presence)).put("counter.ws-01", {
    app: "counter",
    bridge: "ws-01",
    instance: newId(),
    status: "idle",
    reason: "connected",
    title: "Counter",
    host: "ws-01",
    pid: 1,
    startedAt: 0,
    bridgeVersion: "0.1.0",
    simulated: false,
    allowCode: false,
    queued: 0,
  });
  while (s.deps.here.addresses().length === 0) await bus.nc.flush();
  const refused = async (bridge: unknown) => {
    const { errors } = await expectCode(await run(s, { bridge, command: "get" }), 400, "INVALID_REQUEST");
    assert.deepEqual(errors[0].path, ["bridge"]);
    return errors[0].message;
  };
  const here = "; here is counter.ws-01";
  assert.equal(
    await refused("counter"),
    `'counter' is an application; write 'counter.any' for whichever bridge is free, or 'counter.ws-01' for one${here}`,
  );
  assert.match(await refused("blender"), /write 'blender\.any' .* 'blender\.ws-07' .*here is counter\.ws-01$/);
  assert.match(
    await refused("Counter ws-01"),
    /'Counter ws-01' is no <application>\.<bridge>.*here is counter\.ws-01$/,
  );
  assert.match(await refused(undefined), /it is missing; write/);
  assert.match(await refused(7), /it is no text; write/);
  const json = { bridge: "counter", commands: [{ command: "get" }] };
  const batch = await s.ask("/v1/commands/batch", { method: "POST", json });
  assert.match((await expectCode(batch, 400, "INVALID_REQUEST")).errors[0].message, /write 'counter\.any'/);
  const { errors } = await expectCode(await s.ask("/v1/bridges/counter/state"), 400, "INVALID_REQUEST");
  assert.deepEqual(errors[0].path, ["path", "address"]);
});

Deno.test("a bridge that went away is offline at once, although its manifest is still known", async () => {
  await using s = await studio();
  await s.counter[Symbol.asyncDispose]();
  await expectCode(await run(s, { command: "get" }), 503, "BRIDGE_OFFLINE");
});

Deno.test("a command that is not done in time is answered with DEADLINE_EXCEEDED", async () => {
  await using s = await studio();
  await expectCode(await run(s, { command: "wait", timeoutMs: 50 }), 504, "DEADLINE_EXCEEDED");
});

Deno.test("a command that is sent with respond-async runs on, is found running, and can be cancelled", async () => {
  await using s = await studio();
  const response = await run(s, { command: "wait" }, { prefer: "respond-async" });
  assert.equal(response.status, 202);
  const location = response.headers.get("location") ?? "";
  const { id } = await response.json();
  await s.counter.waiting;
  let record = await (await s.ask(location)).json();
  while (record.progress === undefined) {
    await s.deps.bus.nc.flush();
    record = await (await s.ask(location)).json();
  }
  assert.deepEqual(record, { id, status: "running", progress: { commandId: id, fraction: 0 } });
  assert.equal((await s.ask(location, { method: "DELETE" })).status, 202);
  record = await untilEnded(s, location);
  assert.equal(record.status, "cancelled");
  assert.equal(record.problem.code, "CANCELLED");
  const again = await s.ask(location, { method: "DELETE" });
  assert.equal(again.status, 200);
  assert.equal((await again.json()).status, "cancelled");
});

Deno.test("a failure that no bridge could store is remembered; a command that never was is not found", async () => {
  await using s = await studio();
  await s.counter[Symbol.asyncDispose]();
  const response = await run(s, { command: "get" }, { prefer: "respond-async" });
  const location = response.headers.get("location") ?? "";
  const record = await untilEnded(s, location);
  assert.equal(record.problem.code, "BRIDGE_OFFLINE");
  await expectCode(await s.ask(`/v1/commands/${newId()}`), 404, "NOT_FOUND");
});

Deno.test("who waits for a while gets the result, or that it runs", async () => {
  await using s = await studio();
  const done = await run(s, { command: "increment" }, { prefer: "wait=20" });
  assert.deepEqual([done.status, (await done.json()).value], [200, { count: 1 }]);
  const response = await run(s, { command: "wait" }, { prefer: "respond-async, wait=0" });
  assert.deepEqual([response.status, (await response.json()).status], [202, "running"]);
  assert.equal(response.headers.get("preference-applied"), "respond-async, wait=0");
  await s.counter.waiting;
  await s.ask(response.headers.get("location") ?? "", { method: "DELETE" });
});

Deno.test("while the bus is away commands fail within their time, and run again once it is back", async () => {
  await using s = await studio();
  await s.nats.kill();
  const response = await run(s, { command: "get", timeoutMs: 300 });
  assert.ok([503, 504].includes(response.status));
  await response.body?.cancel();
  await s.nats.restart();
  let status = 0;
  while (status !== 200) {
    const retried = await run(s, { command: "get", timeoutMs: 2_000 });
    ({ status } = retried);
    await retried.body?.cancel();
  }
});

async function untilEnded({ ask, deps }: TestGateway, location: string) {
  while (true) {
    const record = await (await ask(location)).json();
    if (record.status !== "running" && record.status !== "cancelling") return record;
    await deps.bus.nc.flush();
  }
}
