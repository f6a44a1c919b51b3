import assert from "node:assert/strict";
import { type Bus, callService, serviceEndpoint, startService, subscribe } from "@patchbay/bus";
import { newId, PatchbayError, Progress, SERVICES, subjects, ValidationError } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import { newPlan, type Provider } from "./provider.ts";
import { type LlmPlannerOptions, startLlmPlanner } from "./service.ts";
import { startMessagesApiStandIn } from "./claude/testing/messages_api_stand_in.ts";
import { failedRun, problem } from "./testing/failed_run.ts";
import { manifests, presenceOf, workshopState } from "./testing/worlds.ts";

/** What the context store would answer: the workshop has a state, the mixer none yet. */
function startContextStoreDouble(bus: Bus) {
  const verb = (name: string, handler: (payload: Record<string, unknown>) => unknown) =>
    serviceEndpoint("context-store", name, { payload: z.looseObject({}), handler: ({ payload }) => handler(payload) });
  return startService(bus, {
    name: "context-store",
    version: "0.0.0",
    description: "stands in",
    source: "context-store",
    endpoints: [
      verb("apps", () => ({ apps: manifests })),
      verb("bridges", () => ({ bridges: [presenceOf("workshop", "ws-01"), presenceOf("mixer", "audio")] })),
      verb("state", ({ app, bridge }) => {
        if (app !== "workshop") throw new PatchbayError("NOT_FOUND", "no state yet");
        return { app, bridge, revision: 1, instance: newId(), state: workshopState, updatedAt: 1 };
      }),
    ],
  });
}

const ask = (bus: Bus, payload: Record<string, unknown>, correlationId = newId()) =>
  callService(bus, "llm-planner", "plan", payload, {
    result: SERVICES["llm-planner"].plan.result,
    source: "test",
    correlationId,
  });

async function studio(options: Partial<LlmPlannerOptions> = {}) {
  const stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  stack.use(await startContextStoreDouble(await nats.connect("context-store")));
  stack.use(await startLlmPlanner({ bus: await nats.connect("llm-planner"), environment: {}, ...options }));
  const bus = await nats.connect("test");
  return { bus, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

Deno.test("an instruction over the bus is answered with a validated plan", async () => {
  await using there = await studio();
  const { plan } = await ask(there.bus, { instruction: "  paint globe red, then draw it", project: "demo" });
  assert.deepEqual(plan.steps.map(({ command, bridge, args }) => [command, bridge, args]), [
    ["paint_thing", "ws-01", { thing: "Globe", color: [1, 0, 0] }],
    ["draw", "ws-01", {}],
  ]);
  assert.deepEqual(plan.steps[1]?.dependsOn, ["s1"]);
  assert.equal(plan.instruction, "paint globe red, then draw it");
  assert.equal(plan.projectId, "demo");
  assert.equal(plan.provenance.provider, "phrasebook");
});

Deno.test("what is not understood comes back with its clauses", async () => {
  await using there = await studio();
  await assert.rejects(ask(there.bus, { instruction: "draw it and sing" }), (error) => {
    assert.ok(error instanceof PatchbayError);
    assert.equal(error.code, "NOT_UNDERSTOOD");
    const [clause] = error.context["clauses"] as { clause: string; position: number }[];
    assert.deepEqual({ ...clause, suggestions: [] }, { clause: "sing", position: 12, suggestions: [] });
    return true;
  });
});

Deno.test("an instruction that is too long, empty, or for an unknown provider is refused by name", async () => {
  await using there = await studio();
  const refused = (payload: Record<string, unknown>, text: RegExp) =>
    assert.rejects(ask(there.bus, payload), (error) => {
      assert.ok(error instanceof ValidationError, String(error));
      assert.equal(error.code, "INVALID_REQUEST");
      assert.match(`${error.message} ${JSON.stringify(error.issues)}`, text);
      return true;
    });
  await refused({ instruction: "a".repeat(20_001) }, /20001 characters.*20000/);
  await refused({ instruction: "   " }, /instruction/);
  await refused({ instruction: "draw", provider: "oracle" }, /no provider 'oracle', only phrasebook, claude/);
});

Deno.test("a default provider that there is none of keeps the service from starting", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("llm-planner");
  await assert.rejects(startLlmPlanner({ bus, environment: { PATCHBAY_PROVIDER: "oracle" } }), {
    code: "INVALID_CONFIGURATION",
  });
});

Deno.test("a plan that does not hold never leaves, whoever made it", async () => {
  const careless: Provider = {
    plan: ({ instruction }) =>
      Promise.resolve({
        plan: newPlan(instruction, [
          { id: "s1", app: "workshop", command: "explode", args: {}, dependsOn: [], onError: "stop" },
        ], { provider: "careless" }),
      }),
  };
  await using there = await studio({ provider: "careless", providers: { careless } });
  await assert.rejects(ask(there.bus, { instruction: "draw it" }), (error) => {
    assert.ok(error instanceof ValidationError);
    assert.equal(error.code, "PLAN_INVALID");
    assert.equal(error.issues[0]?.code, "unknown_command");
    return true;
  });
});

Deno.test("a model's plan is made with progress under the request's correlation id", async () => {
  const steps = [{ id: "s1", app: "workshop", bridge: "", command: "draw", args: "{}", dependsOn: [] }];
  await using api = startMessagesApiStandIn([{ say: JSON.stringify({ steps, unclear: "" }) }]);
  const environment = { ANTHROPIC_API_KEY: "sk-test", ANTHROPIC_BASE_URL: api.url, PATCHBAY_CLAUDE_MODEL: "a-model" };
  await using there = await studio({ environment });
  const correlationId = newId();
  await using progress = subscribe(there.bus, subjects.progress(correlationId), { payload: Progress });
  await there.bus.nc.flush();
  const { plan } = await ask(there.bus, { instruction: "draw it", provider: "claude" }, correlationId);
  assert.equal(plan.provenance.model, "a-model");
  const messages: string[] = [];
  for await (const { message } of progress) {
    assert.equal(message.metadata.correlationId, correlationId);
    if (messages.push(message.payload.message ?? "") === 2) break;
  }
  assert.deepEqual(messages, ["asking a-model", "planned 1 step"]);
});

const askAnew = (bus: Bus, provider: string, failed = "s2") =>
  callService(bus, "llm-planner", "replan", { run: failedRun(provider), failed, problem }, {
    result: SERVICES["llm-planner"].replan.result,
    source: "test",
  });

Deno.test("a run is planned anew by whoever planned it, checked with what has ended", async () => {
  const rest = (command: string): Provider => ({
    plan: () => Promise.reject(new Error("nobody asks for a first plan")),
    replan: ({ failed, run }) =>
      Promise.resolve({
        steps: [{
          id: "n1",
          app: failed.app,
          command,
          args: { thing: { $ref: `${run.plan.steps[0]!.id}.result.name` } },
          dependsOn: [],
          onError: "stop",
        }],
        usage: { inputTokens: 1, outputTokens: 2 },
      }),
  });
  await using there = await studio({ providers: { patient: rest("copy_thing"), careless: rest("explode") } });
  const { steps, provenance } = await askAnew(there.bus, "patient");
  assert.deepEqual(steps.map(({ id, bridge, command }) => [id, bridge, command]), [["n1", "ws-01", "copy_thing"]]);
  assert.equal(provenance.provider, "patient");
  assert.deepEqual(provenance.usage, { inputTokens: 1, outputTokens: 2 });
  await assert.rejects(askAnew(there.bus, "careless"), { code: "PLAN_INVALID" });
  await assert.rejects(askAnew(there.bus, "patient", "s9"), { code: "INVALID_REQUEST" });
});

Deno.test("the phrasebook says that it finds no other way, also for a plan that was written by hand", async () => {
  await using there = await studio();
  for (const provider of ["phrasebook", "hand"]) {
    await assert.rejects(askAnew(there.bus, provider), (error) => {
      assert.ok(error instanceof PatchbayError);
      assert.equal(error.code, "NOT_UNDERSTOOD");
      assert.match(error.message, /'phrasebook' makes plans of words, and finds no other way/);
      return true;
    });
  }
});

Deno.test("without a context store the planner answers at once that a part is down", async () => {
  await using nats = await startTestNats();
  await using _planner = await startLlmPlanner({ bus: await nats.connect("llm-planner"), environment: {} });
  await assert.rejects(ask(await nats.connect("test"), { instruction: "draw it" }), { code: "SERVICE_UNAVAILABLE" });
});
