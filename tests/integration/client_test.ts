import assert from "node:assert/strict";
import { migrate } from "@patchbay/bus";
import { createClient } from "@patchbay/client";
import { newId, PatchbayError, type RunEvent } from "@patchbay/contracts";
import { createApiKey, startGateway } from "@patchbay/gateway";
import { startTestNats } from "@patchbay/testing";
import { counter, startCounter } from "../../services/gateway/testing/counter.ts";
import {
  startConductorDouble,
  startContextStoreDouble,
  startPlannerDouble,
} from "../../services/gateway/testing/services.ts";

async function studio() {
  const stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus);
  const app = stack.use(await startCounter(bus));
  stack.use(await startContextStoreDouble(bus));
  stack.use(await startPlannerDouble(bus));
  const conductor = stack.use(await startConductorDouble(bus));
  const { text: key, record } = createApiKey({ name: "test", scopes: ["read", "write"] });
  const open = (port: number) => startGateway({ bus, keys: [record], port });
  let gateway = stack.use(await open(0));
  const { url, port } = gateway;
  return {
    client: createClient({ url, key }),
    app,
    conductor,
    async restartGateway() {
      await gateway[Symbol.asyncDispose]();
      gateway = stack.use(await open(port));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const code = (code: string) => (error: PatchbayError) => error instanceof PatchbayError && error.code === code;

Deno.test("a repeated command with the same idempotency key runs once", async () => {
  await using s = await studio();
  const call = () => s.client.app(counter).increment({ by: 2 }, { idempotencyKey: "k1" });
  assert.deepEqual(await Promise.all([call(), call(), call()]), [{ count: 2 }, { count: 2 }, { count: 2 }]);
  assert.equal(s.app.count, 2);
});

Deno.test("what the gateway refuses reaches the caller as the error that it is", async () => {
  await using s = await studio();
  await assert.rejects(s.client.command("counter.ws-99", "get"), code("BRIDGE_OFFLINE"));
  await assert.rejects(s.client.command("counter.any", "reset"), code("FORBIDDEN"));
  await assert.rejects(s.client.instructions.plan("frobnicate"), (error: PatchbayError) => {
    assert.equal(error.code, "NOT_UNDERSTOOD");
    assert.ok(Array.isArray(error.context["clauses"]));
    return true;
  });
});

Deno.test("every part of the client fits the gateway", async () => {
  await using s = await studio();
  const { client } = s;
  await client.ready();
  assert.equal((await client.apps.list())[0]?.app, "counter");
  assert.equal((await client.apps.get("counter")).title, "Counter");
  assert.equal((await client.bridges.list())[0]?.bridge, "ws-01");
  assert.equal((await client.bridges.get("counter.ws-01")).simulated, true);
  assert.equal((await client.bridges.state("counter.ws-01")).revision, 3);
  assert.deepEqual(await client.bridges.history("counter.ws-01", { limit: 3 }), []);
  const { commandId } = await client.command("counter.any", "get");
  assert.equal((await client.commands.get(commandId)).status, "succeeded");
  assert.equal((await client.commands.cancel(commandId)).status, "succeeded");
  const { plan } = await client.plans.save({ steps: [{ id: "s1", app: "counter", command: "get" }] });
  assert.deepEqual((await client.plans.get(plan.id)).plan, plan);
  assert.equal((await client.plans.list()).length, 1);
  assert.equal((await client.plans.validate({ steps: [] })).ok, false);
  const { runId } = await client.plans.run(plan.id);
  assert.equal((await client.runs.get(runId)).status, "running");
  await client.runs.cancel(runId);
  assert.deepEqual(s.conductor.cancelled, [runId]);
  const ref = await client.assets.put({ name: "a.txt", mediaType: "text/plain" }, "hello");
  assert.deepEqual(await client.assets.list(), [ref]);
  assert.equal(await (await client.assets.get(ref.id)).text(), "hello");
});

Deno.test("a run is followed over a restart of the gateway, each event once", async () => {
  await using s = await studio();
  const { runId } = await s.client.instructions.run("get");
  const finished: RunEvent = { type: "RUN_FINISHED", at: 3, status: "succeeded" };
  const seen: string[] = [];
  for await (const { type } of s.client.runs.follow(runId)) {
    seen.push(type);
    if (type === "RUN_STARTED") {
      await s.restartGateway();
      await s.conductor.append(runId, { type: "STEP_STARTED", at: 2, stepId: "s1", bridge: "any", commandId: newId() });
    } else if (type === "STEP_STARTED") await s.conductor.append(runId, finished);
  }
  assert.deepEqual(seen, ["RUN_STARTED", "STEP_STARTED", "RUN_FINISHED"]);
});

Deno.test("what happens in the studio is followed over a restart of the gateway", async () => {
  await using s = await studio();
  let runId = "";
  for await (const { kind, data } of s.client.events({ kinds: ["run"] })) {
    if (kind === "ready" && runId === "") {
      await s.restartGateway();
      ({ runId } = await s.client.instructions.run("get"));
    } else if (kind === "run") {
      assert.equal(data.runId, runId);
      break;
    }
  }
});
