import assert from "node:assert/strict";
import { connectBus, migrate } from "@patchbay/bus";
import { createBusUser, type Identity, nameOf, natsUser } from "@patchbay/bus/permissions";
import { startTestNats } from "@patchbay/testing";
import { startCounter } from "./testing/counter.ts";
import { planOf, startConductorDouble, startContextStoreDouble, startPlannerDouble } from "./testing/services.ts";
import { startTestGateway } from "./testing/studio.ts";

Deno.test("every route works with the rights that the gateway's user of the bus has", async () => {
  await using stack = new AsyncDisposableStack();
  const identities: Identity[] = [{ kind: "service", service: "gateway" }, { kind: "operator" }];
  const users = identities.map((identity) => ({ name: nameOf(identity), ...createBusUser(identity) }));
  const nats = stack.use(await startTestNats({ users: users.map(({ user }) => natsUser(user)) }));
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const connect = async (name: string) => {
    const credentialsFile = `${folder}/${name}.json`;
    const { credentials } = users.find((user) => user.name === name)!;
    await Deno.writeTextFile(credentialsFile, JSON.stringify(credentials), { mode: 0o600 });
    return stack.use(await connectBus({ servers: nats.url, name, credentialsFile }));
  };
  const operator = await connect("operator");
  await migrate(operator);
  stack.use(await startCounter(operator));
  stack.use(await startContextStoreDouble(operator));
  stack.use(await startPlannerDouble(operator));
  stack.use(await startConductorDouble(operator));
  const gateway = stack.use(await startTestGateway(await connect("gateway"), { migrated: true }));
  const { ask } = gateway;
  const ok = async (path: string, init: Parameters<typeof ask>[1] = {}) => {
    const response = await ask(path, init);
    assert.ok(response.ok, `${path}: ${response.status} ${response.ok ? "" : await response.text()}`);
    return response;
  };
  const command = { bridge: "counter.any", command: "increment" };
  const { commandId } = await (await ok("/v1/commands", { method: "POST", json: command })).json();
  await ok(`/v1/commands/${commandId}`);
  await ok(`/v1/commands/${commandId}`, { method: "DELETE" });
  const job = { bridge: "counter.ws-01", command: "increment", lane: "job" };
  const key = { "idempotency-key": "k1" };
  const { id: jobId } = await (await ok("/v1/commands", { method: "POST", json: job, headers: key })).json();
  assert.equal((await (await ok("/v1/jobs?app=counter")).json()).jobs.length, 1);
  assert.equal((await (await ok(`/v1/commands/${jobId}`)).json()).status, "queued");
  assert.equal((await (await ok(`/v1/commands/${jobId}`, { method: "DELETE" })).json()).status, "cancelled");
  assert.equal((await (await ok(`/v1/commands/${jobId}`)).json()).status, "cancelled");
  await ok("/v1/alerts");
  await ok("/v1/apps");
  await ok("/v1/bridges/counter.ws-01/state");
  await ok("/v1/instructions", { method: "POST", json: { instruction: "get" } });
  const { plan } = await (await ok("/v1/plans", { method: "POST", json: planOf(["get"]) })).json();
  const { runId } = await (await ok(`/v1/plans/${plan.id}/run`, { method: "POST" })).json();
  for (const path of [`/v1/runs/${runId}/events`, "/v1/events"]) {
    const reader = (await ok(path)).body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!/^event: (RUN_STARTED|ready)$/m.test(text)) text += (await reader.read()).value;
    await reader.cancel();
  }
  const { id } = await (await ok("/v1/assets?name=a.txt", { method: "PUT", body: "a" })).json();
  assert.equal(await (await ok(`/v1/assets/${id}`)).text(), "a");
  await ok("/v1/assets");
  await ok("/readyz");
});
