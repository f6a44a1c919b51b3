import assert from "node:assert/strict";
import { EMBEDDED_POLICIES } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { startCounter } from "./testing/counter.ts";
import { planOf, startConductorDouble, startContextStoreDouble, startPlannerDouble } from "./testing/services.ts";
import { startTestGateway } from "./testing/studio.ts";

async function studio() {
  const stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  const gateway = stack.use(await startTestGateway(bus));
  stack.use(await startCounter(bus));
  stack.use(await startContextStoreDouble(bus));
  stack.use(await startPlannerDouble(bus));
  const conductor = stack.use(await startConductorDouble(bus));
  while (gateway.deps.manifests.apps.size === 0) await bus.nc.flush();
  const post = (path: string, json: unknown, init: Parameters<typeof gateway.ask>[1] = {}) =>
    gateway.ask(path, { method: "POST", json, ...init });
  const save = async (...commands: string[]) => {
    const { plan, digest } = await (await post("/v1/plans", planOf(commands))).json();
    return { path: `/v1/plans/${plan.id}`, plan, digest };
  };
  return { ...gateway, post, save, conductor, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const expectCode = async (response: Response, status: number, code: string) => {
  const body = await response.json();
  assert.equal(`${response.status} ${body.code}`, `${status} ${code}`, JSON.stringify(body));
  return body;
};

Deno.test("a run that needs an approval is answered with its id and with what asks", async () => {
  await using s = await studio();
  const { path } = await s.save("increment", "reset");
  const asked = await s.post(`${path}/run`, undefined);
  assert.equal(asked.status, 202);
  const { runId, status, approval } = await asked.json();
  assert.equal(asked.headers.get("location"), `/v1/runs/${runId}`);
  assert.equal(status, "awaiting_approval");
  assert.deepEqual(approval.steps.map(({ decision }: { decision: string }) => decision), ["allow", "ask"]);
  assert.deepEqual(await (await s.ask(`${path}/approval`)).json(), approval);

  const words = await s.post("/v1/instructions", { instruction: "reset", mode: "run" });
  assert.equal(words.status, 202);
  const answer = await words.json();
  assert.deepEqual([answer.status, answer.approval.status], ["awaiting_approval", "needed"]);
});

Deno.test("who approves and who asks is the key, and it needs the scopes of what it approves", async () => {
  await using s = await studio();
  const { path, plan, digest } = await s.save("increment", "reset", "run_code");
  const approve = (scopes: ("write" | "destructive" | "code")[], steps?: string[]) =>
    s.post(`${path}/approve`, { digest, ...(steps === undefined ? {} : { steps }) }, { scopes });
  assert.deepEqual((await expectCode(await approve(["destructive"]), 403, "FORBIDDEN")).context, { scope: "code" });
  assert.deepEqual((await expectCode(await approve(["write"], ["s2"]), 403, "FORBIDDEN")).context, {
    scope: "destructive",
  });
  assert.equal((await approve(["destructive"], ["s2"])).status, 200);
  const [{ verb, request }] = s.conductor.asked as [{ verb: string; request: Record<string, unknown> }];
  assert.equal(verb, "approve_plan");
  assert.deepEqual({ ...request, by: undefined }, {
    planId: plan.id,
    digest,
    steps: ["s2"],
    effects: ["destructive"],
    by: undefined,
  });
  assert.equal((request["by"] as { name: string }).name, "destructive");
  await s.post(`${path}/run`, undefined);
  const asker = s.conductor.asked.at(-1)?.request["by"] as { key: string };
  assert.match(asker.key, /^[0-9a-f]{8}$/);
});

Deno.test("a plan or steps of it are rejected with a reason, by a key that may write", async () => {
  await using s = await studio();
  const { path, digest } = await s.save("reset");
  const json = { digest, reason: "not today" };
  await expectCode(await s.post(`${path}/reject`, json, { scopes: ["read"] }), 403, "FORBIDDEN");
  assert.equal((await (await s.post(`${path}/reject`, json)).json()).status, "cancelled");
  assert.equal(s.conductor.asked.at(-1)?.request["reason"], "not today");
  await expectCode(await s.post(`${path}/reject`, { digest: "sha256:1" }), 400, "INVALID_REQUEST");
});

Deno.test("a plan is changed by the digest that was seen, and answers the new one as its ETag", async () => {
  await using s = await studio();
  const { path, plan, digest } = await s.save("reset");
  const looked = await s.ask(path);
  const etag = looked.headers.get("etag")!;
  assert.equal(etag, `"${digest}"`);
  const put = (ifMatch: string, json: unknown) =>
    s.ask(path, { method: "PUT", json, headers: { "if-match": ifMatch } });
  const steps = [{ id: "s1", app: "counter", command: "get" }];
  await expectCode(await put(`"sha256:${"7".repeat(64)}"`, { steps }), 412, "CONFLICT");
  await expectCode(await put('"7"', { steps }), 412, "CONFLICT");
  await expectCode(await put(etag, { ...plan, id: "019a8f00-0000-7000-8000-000000000000" }), 400, "INVALID_REQUEST");
  const changed = await put(etag, { steps });
  assert.equal(changed.status, 200);
  assert.notEqual(changed.headers.get("etag"), etag);
  assert.equal((await changed.json()).plan.id, plan.id);
  await expectCode(await put(etag, { steps }), 412, "CONFLICT");
});

Deno.test("a run that is asked for twice with one Idempotency-Key is one run; another key's is another", async () => {
  await using s = await studio();
  const { path } = await s.save("increment");
  const run = async (once: string) =>
    (await (await s.post(`${path}/run`, undefined, { headers: { "idempotency-key": once } })).json()).runId;
  const first = await run("a");
  assert.equal(await run("a"), first);
  assert.notEqual(await run("b"), first);
});

Deno.test("policies are looked at by who may read, and changed by who administers, at the revision that was seen", async () => {
  await using s = await studio();
  const looked = await s.ask("/v1/policies", { scopes: ["read"] });
  assert.deepEqual(await looked.json(), { policies: EMBEDDED_POLICIES, revision: 0 });
  assert.equal(looked.headers.get("etag"), '"0"');
  const policies = { ...EMBEDDED_POLICIES, rules: [{ app: "counter", decision: "deny" }] };
  const put = (ifMatch: string, json: unknown, scopes: ("admin" | "write")[] = ["admin"]) =>
    s.ask("/v1/policies", { method: "PUT", json, headers: { "if-match": ifMatch }, scopes });
  await expectCode(await put('"0"', policies, ["write"]), 403, "FORBIDDEN");
  await expectCode(await put('"0"', { ...policies, rules: [{ decision: "perhaps" }] }), 400, "INVALID_REQUEST");
  const changed = await put('"0"', policies);
  assert.deepEqual([changed.status, changed.headers.get("etag")], [200, '"1"']);
  await expectCode(await put('"0"', policies), 412, "CONFLICT");
});
