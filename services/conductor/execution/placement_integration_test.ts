import assert from "node:assert/strict";
import type { Bus } from "@patchbay/bus";
import type { Id, Plan } from "@patchbay/contracts";
import { startConductor } from "../mod.ts";
import {
  ask,
  begin,
  type Counter,
  ended,
  events,
  logged,
  planOf,
  QUICK,
  startBus,
  startCounter,
  startStudio,
  step,
} from "../testing/counter_studio.ts";

const bridgesOf = async (bus: Bus, runId: Id) =>
  new Set((await events(bus, runId)).flatMap((event) => event.type === "STEP_STARTED" ? [event.bridge] : []));

Deno.test("steps for any bridge go to one for the whole run; those that are free go to whichever is", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using first = await startCounter(bus, "ws-01");
  await using second = await startCounter(bus, "ws-02");
  const reads = (placement: "run" | "free") =>
    planOf(...Array.from({ length: 8 }, (_, i) => step(`s${i}`, "get", { placement })));
  const together = await begin(bus, reads("run"));
  assert.equal((await ended(bus, together)).status, "succeeded");
  assert.equal((await bridgesOf(bus, together)).size, 1);
  assert.deepEqual([first.double.executions.length, second.double.executions.length].sort(), [0, 8]);
  const release = [first.hold(), second.hold()];
  const free = await begin(bus, reads("free"));
  await Promise.all([first.executed(1), second.executed(1)]);
  for (const go of release) go();
  assert.equal((await ended(bus, free)).status, "succeeded");
});

Deno.test("the conductor that takes a run over goes on where its steps were", async () => {
  await using studio = await startBus();
  const { bus, nats } = studio;
  await using first = await startCounter(bus, "ws-01");
  await using second = await startCounter(bus, "ws-02");
  const doomed = await startConductor({ bus: await nats.connect("doomed"), ...QUICK });
  const release = [first.hold(), second.hold()];
  const add = (id: string, on: string[]) => step(id, "add", { dependsOn: on });
  const runId = await begin(bus, planOf(add("s1", []), add("s2", ["s1"]), add("s3", ["s2"]), add("s4", ["s3"])));
  await Promise.race([first.executed(1), second.executed(1)]);
  await doomed[Symbol.asyncDispose]();
  await using _next = await startConductor({ bus, ...QUICK });
  for (const go of release) go();
  assert.equal((await ended(bus, runId)).status, "succeeded");
  assert.equal((await bridgesOf(bus, runId)).size, 1);
  assert.deepEqual([first.count, second.count].sort(), [0, 4]);
});

/** A run whose second step waits for the bridge `gate`, which is off. */
async function beginGated(bus: Bus, first: "add" | "get"): Promise<{ runId: Id; bridge: string }> {
  const plan: Plan = planOf(
    step("s1", first),
    step("gate", "get", { bridge: "gate", dependsOn: ["s1"] }),
    step("s2", "add", { dependsOn: ["gate"] }),
  );
  const runId = await begin(bus, plan);
  const done = await logged(bus, runId, (event) => event.type === "STEP_FINISHED" && event.stepId === "s1");
  await logged(bus, runId, (event) => event.type === "STEP_WAITING" && event.stepId === "gate");
  return { runId, bridge: String(done["bridge"]) };
}

/** Two counters, and a third one that was here. */
async function startCounters(bus: Bus): Promise<Map<string, Counter>> {
  const gate = await startCounter(bus, "gate");
  await ended(bus, await begin(bus, planOf(step("s1", "get", { bridge: "gate" }))));
  await gate[Symbol.asyncDispose]();
  return new Map([["ws-01", await startCounter(bus, "ws-01")], ["ws-02", await startCounter(bus, "ws-02")]]);
}

Deno.test("a run that has only read goes on elsewhere when its bridge is gone", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  const counters = await startCounters(bus);
  await using stack = new AsyncDisposableStack();
  for (const counter of counters.values()) stack.use(counter);
  const { runId, bridge } = await beginGated(bus, "get");
  await counters.get(bridge)?.[Symbol.asyncDispose]();
  stack.use(await startCounter(bus, "gate"));
  const run = await ended(bus, runId);
  assert.equal(run.status, "succeeded");
  assert.notEqual(run.steps["s2"]?.bridge, bridge);
});

Deno.test("a run that has changed something waits for its bridge, and touches nothing once the application was started anew", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  const counters = await startCounters(bus);
  await using stack = new AsyncDisposableStack();
  for (const counter of counters.values()) stack.use(counter);
  const { runId, bridge } = await beginGated(bus, "add");
  const { session } = (await ask(bus, "run", { runId })).steps["s1"]!;
  assert.ok(session !== undefined);
  await counters.get(bridge)?.[Symbol.asyncDispose]();
  stack.use(await startCounter(bus, "gate"));
  await logged(bus, runId, (event) => event.type === "STEP_WAITING" && event.stepId === "s2");
  const anew = stack.use(await startCounter(bus, bridge));
  const run = await ended(bus, runId);
  assert.equal(run.steps["s2"]?.problem?.code, "APP_RESTARTED");
  assert.deepEqual([run.steps["s2"]?.bridge, run.steps["s2"]?.session], [bridge, session]);
  assert.equal(anew.count, 0);
});

Deno.test("a job goes where the run's other steps are", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using first = await startCounter(bus, "ws-01");
  await using second = await startCounter(bus, "ws-02");
  const plan = planOf(
    step("s1", "add"),
    step("s2", "render", { dependsOn: ["s1"] }),
    step("s3", "render", { dependsOn: ["s2"] }),
  );
  const runId = await begin(bus, plan);
  assert.equal((await ended(bus, runId)).status, "succeeded");
  assert.equal((await bridgesOf(bus, runId)).size, 1);
  assert.deepEqual([first.count, second.count].sort(), [0, 3]);
});
