import assert from "node:assert/strict";
import { type Bus } from "@patchbay/bus";
import { startTestNats } from "@patchbay/testing";
import { newId } from "@patchbay/contracts";
import { startCounter } from "./testing/counter.ts";
import {
  planOf,
  startConductorDouble,
  startContextStoreDouble,
  startPlannerDouble,
  state,
} from "./testing/services.ts";
import { startTestGateway } from "./testing/studio.ts";

async function studio() {
  const stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus: Bus = await nats.connect("test");
  const gateway = stack.use(await startTestGateway(bus));
  stack.use(await startCounter(bus));
  stack.use(await startContextStoreDouble(bus));
  const planner = stack.use(await startPlannerDouble(bus));
  const conductor = stack.use(await startConductorDouble(bus));
  while (gateway.deps.manifests.apps.size === 0) await bus.nc.flush();
  return { ...gateway, bus, planner, conductor, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const expectCode = async (response: Response, status: number, code: string) => {
  const body = await response.json();
  assert.equal(`${response.status} ${body.code}`, `${status} ${code}`, JSON.stringify(body));
  return body;
};

Deno.test("applications and bridges are listed and looked at", async () => {
  await using s = await studio();
  const get = async (path: string) => await (await s.ask(path)).json();
  assert.equal((await get("/v1/apps")).apps[0].app, "counter");
  assert.equal((await get("/v1/apps/counter")).commands.increment.effect, "write");
  await expectCode(await s.ask("/v1/apps/paint"), 404, "UNKNOWN_APP");
  assert.equal((await get("/v1/bridges")).bridges[0].bridge, "ws-01");
  assert.equal((await get("/v1/bridges/counter.ws-01")).status, "idle");
  await expectCode(await s.ask("/v1/bridges/counter.ws-02"), 404, "NOT_FOUND");
  await expectCode(await s.ask("/v1/bridges/counter"), 400, "INVALID_REQUEST");
  assert.deepEqual(await get("/v1/bridges/counter.ws-01/history?limit=5"), { results: [] });
});

Deno.test("a state has its revision as ETag, and is not sent twice", async () => {
  await using s = await studio();
  const first = await s.ask("/v1/bridges/counter.ws-01/state");
  assert.deepEqual(await first.json(), state);
  const etag = first.headers.get("etag") ?? "";
  assert.ok(etag.includes(String(state.revision)));
  const again = await s.ask("/v1/bridges/counter.ws-01/state", { headers: { "if-none-match": etag } });
  assert.equal(again.status, 304);
  assert.equal(await again.text(), "");
});

Deno.test("words become a plan that is kept; with the mode run they become a run", async () => {
  await using s = await studio();
  const instruct = (json: Record<string, unknown>) => s.ask("/v1/instructions", { method: "POST", json });
  const planned = await instruct({ instruction: "increment get", provider: "phrasebook" });
  assert.equal(planned.status, 201);
  const record = await planned.json();
  assert.equal(record.plan.steps.length, 2);
  assert.equal(record.plan.provenance.provider, "phrasebook");
  const kept = await s.ask(planned.headers.get("location") ?? "");
  assert.deepEqual(await kept.json(), record);

  const ran = await instruct({ instruction: "increment", mode: "run" });
  assert.equal(ran.status, 202);
  const { runId, plan } = await ran.json();
  const run = await (await s.ask(`/v1/runs/${runId}`)).json();
  assert.equal(run.status, "running");
  assert.deepEqual(run.plan, plan);

  const nonsense = await expectCode(await instruct({ instruction: "increment frobnicate" }), 422, "NOT_UNDERSTOOD");
  assert.equal(nonsense.context.clauses[0].clause, "frobnicate");
  await expectCode(await instruct({ instruction: "  " }), 400, "INVALID_REQUEST");
});

Deno.test("a plan is rehearsed by words and by its id, and its rehearsal is kept", async () => {
  await using s = await studio();
  const json = { instruction: "get", mode: "rehearse" };
  const answered = await s.ask("/v1/instructions", { method: "POST", json });
  assert.equal(answered.status, 201);
  const { plan, status, rehearsal, digest } = await answered.json();
  assert.deepEqual([status, rehearsal.planId, rehearsal.digest], ["rehearsed", plan.id, digest]);
  const kept = await s.ask(`/v1/plans/${plan.id}/rehearsal`, { scopes: ["read"] });
  assert.deepEqual(await kept.json(), rehearsal);
  const rehearse = (scopes: ["read"] | ["write"]) => s.ask(`/v1/plans/${plan.id}/rehearse`, { method: "POST", scopes });
  assert.deepEqual(await (await rehearse(["write"])).json(), rehearsal);
  await expectCode(await rehearse(["read"]), 403, "FORBIDDEN");
  await expectCode(await s.ask(`/v1/plans/${newId()}/rehearsal`), 404, "NOT_FOUND");
});

Deno.test("a plan runs only with the scopes of all its commands", async () => {
  await using s = await studio();
  const json = { instruction: "increment reset", mode: "run" };
  const refused = await s.ask("/v1/instructions", { method: "POST", json, scopes: ["write"] });
  assert.deepEqual((await expectCode(refused, 403, "FORBIDDEN")).context, { scope: "destructive" });
  const saved = await s.ask("/v1/plans", { method: "POST", json: planOf(["reset"]), scopes: ["write"] });
  const { plan } = await saved.json();
  const run = (scope: "write" | "destructive") =>
    s.ask(`/v1/plans/${plan.id}/run`, { method: "POST", scopes: [scope] });
  await expectCode(await run("write"), 403, "FORBIDDEN");
  assert.equal((await run("destructive")).status, 202);
});

Deno.test("a plan written by hand is completed, kept, listed, and validated by what the bridges offer", async () => {
  await using s = await studio();
  const json = { steps: [{ id: "s1", app: "counter", command: "increment" }] };
  const saved = await s.ask("/v1/plans", { method: "POST", json });
  assert.equal(saved.status, 201);
  const { plan } = await saved.json();
  assert.equal(plan.provenance.provider, "hand");
  assert.deepEqual(plan.steps[0].dependsOn, []);
  assert.equal((await (await s.ask("/v1/plans?limit=1")).json()).plans.length, 1);
  assert.deepEqual(await (await s.ask(`/v1/plans/${plan.id}/validate`, { method: "POST" })).json(), {
    ok: true,
    issues: [],
  });
  const validate = async (json: unknown) => await (await s.ask("/v1/plans/validate", { method: "POST", json })).json();
  assert.equal((await validate(json)).ok, true);
  const bad = await validate({ steps: [{ id: "s1", app: "counter", command: "explode" }] });
  assert.equal(bad.ok, false);
  assert.equal(bad.issues[0].code, "unknown_command");
  assert.equal((await validate({ steps: [] })).issues[0].code, "parse");
  await expectCode(await s.ask("/v1/plans", { method: "POST", json: { steps: [] } }), 400, "INVALID_REQUEST");
  await expectCode(await s.ask(`/v1/plans/${newId()}`), 404, "NOT_FOUND");
});

Deno.test("a run can be cancelled; one that never was is not found", async () => {
  await using s = await studio();
  const ran = await s.ask("/v1/instructions", { method: "POST", json: { instruction: "wait", mode: "run" } });
  const { runId } = await ran.json();
  assert.equal((await s.ask(`/v1/runs/${runId}`, { method: "DELETE" })).status, 202);
  assert.deepEqual(s.conductor.cancelled, [runId]);
  for (const method of ["GET", "DELETE"]) {
    await expectCode(await s.ask(`/v1/runs/${newId()}`, { method }), 404, "NOT_FOUND");
  }
});

Deno.test("a missing service is said at once, by the route that needs it and by readyz", async () => {
  await using s = await studio();
  assert.equal((await s.app.request("http://localhost/readyz")).status, 200);
  await s.planner[Symbol.asyncDispose]();
  const response = await s.ask("/v1/instructions", { method: "POST", json: { instruction: "get" } });
  await expectCode(response, 503, "SERVICE_UNAVAILABLE");
  const ready = await expectCode(await s.app.request("http://localhost/readyz"), 503, "SERVICE_UNAVAILABLE");
  assert.deepEqual(ready.context, { missing: ["llm-planner"] });
  assert.equal((await s.app.request("http://localhost/healthz")).status, 200);
});

Deno.test("the start page says what runs, with everything from outside escaped", async () => {
  await using s = await studio();
  const page = await s.app.request("http://localhost/");
  assert.match(page.headers.get("content-type") ?? "", /^text\/html/);
  assert.match(page.headers.get("content-security-policy") ?? "", /style-src 'sha256-/);
  const html = await page.text();
  assert.match(html, /counter\.ws-01/);
  assert.match(html, /simulated/);
  assert.match(html, /desk &lt;7&gt;/);
  assert.ok(!/<script|<img|https?:\/\/(?!localhost)/.test(html));
});

Deno.test("a run whose results are larger than a message can be looked at", async () => {
  await using s = await studio();
  const steps = ["increment", "get", "increment", "get", "increment", "get"];
  const { plan } = await (await s.ask("/v1/plans", { method: "POST", json: planOf(steps) })).json();
  const { runId } = await (await s.ask(`/v1/plans/${plan.id}/run`, { method: "POST" })).json();
  const value = "x".repeat(250 * 1024);
  for (const { id: stepId } of plan.steps) {
    await s.conductor.append(runId, { type: "STEP_STARTED", at: 2, stepId, bridge: "ws-01", commandId: newId() });
    await s.conductor.append(runId, { type: "STEP_FINISHED", at: 3, stepId, bridge: "ws-01", value, durationMs: 1 });
  }
  await s.conductor.append(runId, { type: "RUN_FINISHED", at: 4, status: "succeeded" });
  const response = await s.ask(`/v1/runs/${runId}`);
  assert.equal(response.status, 200);
  const run = await response.json();
  assert.equal(run.status, "succeeded");
  assert.deepEqual(
    plan.steps.map(({ id }: { id: string }) => run.steps[id].value.length),
    steps.map(() => value.length),
  );
});
