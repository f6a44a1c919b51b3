import assert from "node:assert/strict";
import { type Bus, callService, migrate, readStream } from "@patchbay/bus";
import { startConductor } from "@patchbay/conductor";
import { startContextStore } from "@patchbay/context-store";
import {
  command,
  defineApp,
  newId,
  PatchbayError,
  type Plan,
  RunLogEntry,
  SERVICES,
  subjects,
} from "@patchbay/contracts";
import { eventsOf, type Run } from "@patchbay/contracts";
import { type LlmPlannerOptions, startLlmPlanner } from "@patchbay/llm-planner";
import { startAppDouble, startTestNats } from "@patchbay/testing";
import { z } from "zod";

const Made = z.object({ name: z.string() });
const easel = defineApp({
  app: "easel",
  title: "Easel",
  version: "1.0.0",
  state: z.object({ strokes: z.number() }),
  commands: {
    sketch: command({ summary: "Sketches.", args: z.object({ name: z.string() }), result: Made }),
    paint: command({ summary: "Paints with oil.", args: z.object({ name: z.string() }), result: Made }),
    crayon: command({ summary: "Paints with crayon.", args: z.object({ name: z.string() }), result: Made }),
  },
});

const rest = { app: "easel", onError: "replan", dependsOn: [] as string[] } as const;
const planBy = (provider: string): Plan => ({
  id: newId(),
  instruction: "sketch a tree and paint it",
  steps: [
    { ...rest, id: "s1", command: "sketch", args: { name: "Tree" } },
    { ...rest, id: "s2", command: "paint", args: { name: { $ref: "s1.result.name" } } },
  ],
  provenance: { provider, createdAt: 0 },
});

async function studio(planner: Omit<LlmPlannerOptions, "bus">) {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus);
  stack.use(await startContextStore({ bus: await nats.connect("context-store") }));
  stack.use(await startLlmPlanner({ bus: await nats.connect("llm-planner"), environment: {}, ...planner }));
  stack.use(await startConductor({ bus: await nats.connect("conductor") }));
  const app = stack.use(
    await startAppDouble(bus, easel, {
      bridge: "ws-01",
      handlers: {
        sketch: ({ args: { name } }) => ({ name: `${name}.001` }),
        paint: () => {
          throw new PatchbayError("COMMAND_FAILED", "the oil is used up");
        },
        crayon: ({ args: { name } }) => ({ name }),
      },
      snapshot: () => ({ strokes: 0 }),
    }),
  );
  await known(bus);
  const parts = stack.move();
  return { bus, app, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** Resolves once the context store knows the bridge. */
async function known(bus: Bus): Promise<void> {
  const options = { result: SERVICES["context-store"].apps.result, source: "test" };
  while ((await callService(bus, "context-store", "apps", {}, options)).apps.length === 0) continue;
}

async function run(bus: Bus, plan: Plan): Promise<Run> {
  const { save_plan, run_plan, run } = SERVICES.conductor;
  const call = { source: "test" };
  await callService(bus, "conductor", "save_plan", { plan }, { ...call, result: save_plan.result });
  const { runId } = await callService(bus, "conductor", "run_plan", { planId: plan.id }, {
    ...call,
    result: run_plan.result,
  });
  const log = { subject: subjects.run(runId), payload: RunLogEntry, from: "start", follow: true } as const;
  for await (const { message } of readStream(bus, "RUNS", { ...log, signal: AbortSignal.timeout(30_000) })) {
    if (eventsOf(message.payload).some(({ type }) => type === "RUN_FINISHED")) break;
  }
  return await callService(bus, "conductor", "run", { runId }, { ...call, result: run.result });
}

Deno.test("where a step fails the planner that made the plan finds another way, which is checked and run", async () => {
  const told: unknown[] = [];
  await using there = await studio({
    providers: {
      painter: {
        plan: () => Promise.reject(new Error("nobody asks for a first plan")),
        replan: ({ failed, problem, run, states }) => {
          told.push([failed.id, problem.detail, run.steps["s1"]?.value, states.map(({ app }) => app)]);
          return Promise.resolve({
            steps: [{ ...rest, id: "n1", command: "crayon", args: { name: { $ref: "s1.result.name" } } }],
          });
        },
      },
    },
  });
  const done = await run(there.bus, planBy("painter"));
  assert.equal(done.status, "succeeded", JSON.stringify(done.steps));
  assert.deepEqual(done.steps["n1"]?.value, { name: "Tree.001" });
  assert.equal(done.steps["n1"]?.bridge, "ws-01");
  assert.equal(told.length, 1);
  assert.match(JSON.stringify(told[0]), /"s2","the oil is used up",\{"name":"Tree\.001"\}/);
  assert.deepEqual(there.app.executions.map(({ command }) => command), ["sketch", "paint", "crayon"]);
});

Deno.test("the phrasebook finds no other way, and the failure stands", async () => {
  await using there = await studio({});
  const plan = planBy("phrasebook");
  const last = { ...rest, id: "s3", command: "crayon", args: { name: "Tree" }, dependsOn: ["s2"] };
  const done = await run(there.bus, { ...plan, steps: [...plan.steps, last] });
  assert.equal(done.status, "failed");
  assert.match(done.steps["s3"]?.reason ?? "", /no other way: .*'phrasebook' makes plans of words/);
});
