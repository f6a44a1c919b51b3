import assert from "node:assert/strict";
import { type Bus, callService, listJobs, migrate, openBucket, readStream } from "@patchbay/bus";
import {
  command,
  defineApp,
  eventsOf,
  type Id,
  ManifestDocument,
  manifestDocument,
  newId,
  type Plan,
  type RunEvent,
  RunLogEntry,
  SERVICES,
  type Step,
  subjects,
} from "@patchbay/contracts";
import { type AppDouble, startAppDouble, startTestNats } from "@patchbay/testing";
import { z } from "zod";
import { startConductor } from "./mod.ts";

const VERBS = SERVICES["conductor"];
const empty = z.object({});
const farm = defineApp({
  app: "farm",
  title: "Farm",
  version: "1.0.0",
  state: empty,
  commands: {
    render: command({ summary: "Renders.", args: empty, result: z.object({ frames: z.number() }), lane: "job" }),
  },
});
const QUICK = { leaseTtlMs: 1_000 };

interface Farm extends AsyncDisposable {
  double: AppDouble;
  /** Resolves once something is rendered. */
  begun: Promise<void>;
  release(): void;
}

async function startFarm(bus: Bus, bridge = "ws-01"): Promise<Farm> {
  const begun = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const double = await startAppDouble(bus, farm, {
    bridge,
    drainTimeoutMs: 100,
    handlers: {
      render: async ({ signal }) => {
        begun.resolve();
        const aborted = Promise.withResolvers<never>();
        signal.addEventListener("abort", () => aborted.reject(signal.reason), { once: true });
        await Promise.race([released.promise, aborted.promise]);
        return { frames: 24 };
      },
    },
  });
  return {
    double,
    begun: begun.promise,
    release: () => released.resolve(),
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  };
}

/** A conductor that knows the farm, which is off. */
async function studio() {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus);
  const manifests = await openBucket(bus, "manifests", ManifestDocument);
  await manifests.put("farm.ws-01", manifestDocument(farm));
  const parts = stack.move();
  return { nats, bus, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

async function begin(bus: Bus, step: Partial<Step> = {}): Promise<Id> {
  const render: Step = { id: "s1", app: "farm", command: "render", args: {}, dependsOn: [], onError: "stop", ...step };
  const plan: Plan = { id: newId(), steps: [render], provenance: { provider: "hand", createdAt: 0 } };
  const ask = { source: "test" };
  await callService(bus, "conductor", "save_plan", { plan }, { result: VERBS.save_plan.result, ...ask });
  const { result } = VERBS.run_plan;
  return (await callService(bus, "conductor", "run_plan", { planId: plan.id }, { result, ...ask })).runId;
}

async function logged(bus: Bus, runId: Id, type: RunEvent["type"]): Promise<RunEvent> {
  const log = { subject: subjects.run(runId), payload: RunLogEntry, from: "start", follow: true } as const;
  for await (const { message } of readStream(bus, "RUNS", { ...log, signal: AbortSignal.timeout(20_000) })) {
    const found = eventsOf(message.payload).find((event) => event.type === type);
    if (found !== undefined) return found;
  }
  throw new Error(`Run ${runId} did not come to ${type}`);
}

const run = (bus: Bus, runId: Id) =>
  callService(bus, "conductor", "run", { runId }, { result: VERBS.run.result, source: "test" });
const cancel = (bus: Bus, runId: Id) =>
  callService(bus, "conductor", "cancel_run", { runId }, { result: VERBS.cancel_run.result, source: "test" });
const queued = (bus: Bus) => Array.fromAsync(listJobs(bus));

/** Waits until the queue has so many jobs. */
async function untilQueued(bus: Bus, count: number): Promise<void> {
  const signal = AbortSignal.timeout(15_000);
  while ((await queued(bus)).length !== count) signal.throwIfAborted();
}

for (const bridge of ["ws-01", undefined]) {
  Deno.test(`a step on the durable lane waits for ${bridge ?? "any bridge"} that is off, and is done once it is there`, async () => {
    await using s = await studio();
    const { bus } = s;
    await using _conductor = await startConductor({ bus, ...QUICK });
    const runId = await begin(bus, bridge === undefined ? {} : { bridge });
    const started = await logged(bus, runId, "STEP_STARTED");
    const waiting = await logged(bus, runId, "STEP_WAITING");
    assert.match(String(waiting["reason"]), /waits in the queue until (farm\.ws-01|a bridge of 'farm') is here/);
    await untilQueued(bus, 1);
    await using app = await startFarm(bus);
    app.release();
    await logged(bus, runId, "RUN_FINISHED");
    const { status, steps } = await run(bus, runId);
    assert.deepEqual([status, steps["s1"]?.value, steps["s1"]?.bridge], ["succeeded", { frames: 24 }, "ws-01"]);
    assert.deepEqual(app.double.executions.map(({ id }) => id), [started["commandId"]]);
    await untilQueued(bus, 0);
  });
}

Deno.test("a conductor that takes a run over finds its job again: it waits, runs or is done, and is never repeated", async () => {
  await using s = await studio();
  const first = await s.nats.connect("first");
  const conductor = await startConductor({ bus: first, ...QUICK });
  const { bus } = s;
  const waits = await begin(bus);
  await untilQueued(bus, 1);
  await conductor[Symbol.asyncDispose]();
  const second = await startConductor({ bus, ...QUICK });
  await using app = await startFarm(bus);
  await app.begun;
  assert.equal((await queued(bus)).length, 1);
  await second[Symbol.asyncDispose]();
  // it ends while no conductor is there
  app.release();
  await untilQueued(bus, 0);
  await using _third = await startConductor({ bus, ...QUICK });
  await logged(bus, waits, "RUN_FINISHED");
  assert.equal((await run(bus, waits)).status, "succeeded");
  assert.equal(app.double.executions.length, 1);
});

Deno.test("a run that is cancelled takes its job with it, whether that waits or runs", async () => {
  await using s = await studio();
  const { bus } = s;
  await using _conductor = await startConductor({ bus, ...QUICK });
  const waits = await begin(bus);
  await untilQueued(bus, 1);
  await cancel(bus, waits);
  await logged(bus, waits, "RUN_FINISHED");
  assert.equal((await run(bus, waits)).steps["s1"]?.status, "cancelled");
  assert.deepEqual(await queued(bus), []);
  await using app = await startFarm(bus);
  const runs = await begin(bus);
  await app.begun;
  await cancel(bus, runs);
  await logged(bus, runs, "RUN_FINISHED");
  const cancelled = await run(bus, runs);
  assert.deepEqual([cancelled.status, cancelled.steps["s1"]?.status], ["cancelled", "cancelled"]);
  assert.equal(app.double.executions.length, 1);
  await untilQueued(bus, 0);
});
