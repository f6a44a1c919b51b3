import assert from "node:assert/strict";
import { type Bus, callService, migrate, openBucket, publish, readStream } from "@patchbay/bus";
import {
  command,
  defineApp,
  envelope,
  type Id,
  newId,
  PatchbayError,
  type Plan,
  PlanRecord,
  query,
  type Run,
  RunEvent,
  SERVICES,
  type Step,
  subjects,
} from "@patchbay/contracts";
import { type AppDouble, startAppDouble, startTestNats, type TestNats } from "@patchbay/testing";
import { z } from "zod";
import { type Conductor, type ConductorOptions, startConductor } from "./mod.ts";

const VERBS = SERVICES["conductor"];
type Verb = keyof typeof VERBS;

function ask<V extends Verb>(bus: Bus, verb: V, payload: unknown): Promise<z.output<(typeof VERBS)[V]["result"]>>;
function ask(bus: Bus, verb: Verb, payload: unknown): Promise<unknown> {
  return callService(bus, "conductor", verb, payload, { result: VERBS[verb].result, source: "test" });
}

const count = z.object({ count: z.number() });
const counter = defineApp({
  app: "counter",
  title: "Counter",
  version: "1.0.0",
  state: count,
  commands: {
    add: command({ summary: "Adds.", args: z.object({ by: z.number().default(1) }), result: count }),
    fail: command({ summary: "Fails.", args: z.object({}), result: count }),
    get: query({ summary: "Reads.", args: z.object({}), result: count }),
  },
});

/** A counter behind a real bridge. While it is held, what it is told to do does not end. */
interface Counter extends AsyncDisposable {
  readonly double: AppDouble;
  readonly count: number;
  hold(): () => void;
  /** Resolves once so many commands have reached the application. */
  executed(times: number): Promise<void>;
}

async function startCounter(bus: Bus | string, bridge = "ws-01"): Promise<Counter> {
  let value = 0;
  let held = Promise.resolve();
  const arrivals = new Set<() => void>();
  const work = async <T>(signal: AbortSignal, then: () => T): Promise<T> => {
    for (const arrived of arrivals) arrived();
    const aborted = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => aborted.reject(signal.reason), { once: true });
    await Promise.race([held, aborted.promise]);
    return then();
  };
  const double = await startAppDouble(bus, counter, {
    bridge,
    drainTimeoutMs: 100,
    handlers: {
      add: ({ args, signal }) => work(signal, () => ({ count: value += args.by })),
      get: ({ signal }) => work(signal, () => ({ count: value })),
    },
    snapshot: () => ({ count: value }),
  });
  return {
    double,
    get count() {
      return value;
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    executed: (times) =>
      new Promise((resolve) => {
        const arrived = () => {
          if (double.executions.length < times) return;
          arrivals.delete(arrived);
          resolve();
        };
        arrivals.add(arrived);
        arrived();
      }),
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  };
}

const step = (id: string, command: string, more: Partial<Step> = {}): Step => ({
  id,
  app: "counter",
  command,
  args: {},
  dependsOn: [],
  onError: "stop",
  ...more,
});
const planOf = (...steps: Step[]): Plan => ({ id: newId(), steps, provenance: { provider: "hand", createdAt: 0 } });
const refused = (code: string) => (error: unknown) => error instanceof PatchbayError && error.code === code;

interface Studio extends AsyncDisposable {
  nats: TestNats;
  bus: Bus;
  conductor: Conductor;
}

const QUICK: Partial<ConductorOptions> = {
  leaseTtlMs: 1_000,
  retry: { retries: 3, initialDelayMs: 20, maxDelayMs: 100 },
};

async function startStudio(options: Partial<ConductorOptions> = {}): Promise<Studio> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus);
  const conductor = stack.use(await startConductor({ bus, ...QUICK, ...options }));
  const parts = stack.move();
  return { nats, bus, conductor, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** Saves a plan and begins a run of it. */
async function begin(bus: Bus, plan: Plan): Promise<Id> {
  await ask(bus, "save_plan", { plan });
  return (await ask(bus, "run_plan", { planId: plan.id })).runId;
}

/** The run once it has ended, as its log leaves it. */
async function ended(bus: Bus, runId: Id): Promise<Run> {
  await logged(bus, runId, ({ type }) => type === "RUN_FINISHED");
  return await ask(bus, "run", { runId });
}

/** Waits for an event in the log of a run. */
async function logged(bus: Bus, runId: Id, accept: (event: RunEvent) => boolean): Promise<void> {
  const options = { subject: subjects.run(runId), payload: RunEvent, from: "start", follow: true } as const;
  for await (const { message } of readStream(bus, "RUNS", { ...options, signal: AbortSignal.timeout(20_000) })) {
    if (accept(message.payload)) return;
  }
  throw new Error(`Run ${runId} did not come so far: ${JSON.stringify(await ask(bus, "run", { runId }))}`);
}

const events = async (bus: Bus, runId: Id) => {
  const found: RunEvent[] = [];
  const options = { subject: subjects.run(runId), payload: RunEvent, from: "start", follow: false } as const;
  for await (const { message } of readStream(bus, "RUNS", options)) found.push(message.payload);
  return found;
};
const statuses = (run: Run) => Object.fromEntries(Object.entries(run.steps).map(([id, { status }]) => [id, status]));

Deno.test("a plan runs: steps in order, references bound, results kept", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const plan = planOf(
    step("s1", "add", { args: { by: 2 } }),
    step("s2", "add", { args: { by: { $ref: "s1.result.count" } } }),
    step("s3", "get", { dependsOn: ["s2"] }),
  );
  const runId = await begin(bus, plan);
  const run = await ended(bus, runId);
  assert.equal(run.status, "succeeded");
  assert.deepEqual(run.steps["s3"]?.value, { count: 4 });
  assert.equal(app.count, 4);
  assert.equal(run.steps["s1"]?.bridge, "ws-01");
  assert.deepEqual((await events(bus, runId)).map(({ type }) => type), [
    "RUN_STARTED",
    ...Array.from({ length: 3 }, () => ["STEP_STARTED", "STEP_FINISHED"]).flat(),
    "RUN_FINISHED",
  ]);
  assert.equal((await ask(bus, "plan", { id: plan.id })).runId, runId);
});

Deno.test("steps that need nothing of one another are on their way together", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using first = await startCounter(bus, "ws-01");
  await using second = await startCounter(bus, "ws-02");
  const release = [first.hold(), second.hold()];
  const plan = planOf(step("s1", "add", { bridge: "ws-01" }), step("s2", "add", { bridge: "ws-02" }));
  const runId = await begin(bus, plan);
  await Promise.all([first.executed(1), second.executed(1)]);
  for (const go of release) go();
  assert.equal((await ended(bus, runId)).status, "succeeded");
});

Deno.test("a plan that does not hold is refused with its issues, and is not kept", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using _app = await startCounter(bus);
  await ended(bus, await begin(bus, planOf(step("s1", "get"))));
  const plan = planOf(step("s1", "add", { args: { by: "two" } }), step("s2", "vanish", { bridge: "ws-09" }));
  await assert.rejects(ask(bus, "save_plan", { plan }), (error) => {
    assert.ok(error instanceof PatchbayError);
    assert.equal(error.code, "PLAN_INVALID");
    assert.deepEqual(error.issues.map(({ code }) => code), [
      "arguments",
      "unknown_bridge",
      "unknown_command",
      "conflict",
    ]);
    return true;
  });
  await assert.rejects(ask(bus, "plan", { id: plan.id }), refused("NOT_FOUND"));
  await assert.rejects(ask(bus, "run_plan", { planId: plan.id }), refused("NOT_FOUND"));
  await assert.rejects(ask(bus, "run", { runId: newId() }), refused("NOT_FOUND"));
  await assert.rejects(ask(bus, "cancel_run", { runId: newId() }), refused("NOT_FOUND"));
  assert.equal((await ask(bus, "plans", {})).plans.length, 1);
});

Deno.test("a plan that runs can be neither run again nor changed until it has ended", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const release = app.hold();
  const plan = planOf(step("s1", "add"));
  const runId = await begin(bus, plan);
  await app.executed(1);
  await assert.rejects(ask(bus, "run_plan", { planId: plan.id }), refused("CONFLICT"));
  await assert.rejects(ask(bus, "save_plan", { plan }), refused("CONFLICT"));
  release();
  await ended(bus, runId);
  await settled(bus, plan.id, "succeeded");
  await ended(bus, (await ask(bus, "run_plan", { planId: plan.id })).runId);
  assert.equal(app.count, 2);
});

Deno.test("a failed step stops the plan", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const plan = planOf(
    step("s1", "fail"),
    step("s2", "add", { dependsOn: ["s1"] }),
    step("s3", "get", { dependsOn: ["s2"] }),
  );
  const run = await ended(bus, await begin(bus, plan));
  assert.equal(run.status, "failed");
  assert.deepEqual(statuses(run), { s1: "failed", s2: "skipped", s3: "skipped" });
  assert.equal(run.steps["s1"]?.problem?.code, "COMMAND_FAILED");
  assert.equal(app.count, 0);
  await settled(bus, plan.id, "failed");
});

Deno.test("a failed step that may fail stops only what depends on it", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using _app = await startCounter(bus);
  const run = await ended(
    bus,
    await begin(
      bus,
      planOf(
        step("s1", "fail", { onError: "continue", bridge: "ws-01" }),
        step("s2", "get", { dependsOn: ["s1"] }),
        step("s3", "get"),
        step("s4", "get", { dependsOn: ["s3"] }),
      ),
    ),
  );
  assert.deepEqual(statuses(run), { s1: "failed", s2: "skipped", s3: "succeeded", s4: "succeeded" });
  assert.equal(run.status, "failed");
});

Deno.test("a bridge that is away is waited for within limits", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using first = await startCounter(bus);
  await ended(bus, await begin(bus, planOf(step("s1", "get"))));
  await first[Symbol.asyncDispose]();
  const run = await ended(bus, await begin(bus, planOf(step("s1", "add", { bridge: "ws-01" }))));
  assert.equal(run.status, "failed");
  assert.equal(run.steps["s1"]?.problem?.code, "BRIDGE_OFFLINE");
});

Deno.test("a command that found no bridge is sent again, and happens once", async () => {
  await using studio = await startStudio({ retry: { retries: 100, initialDelayMs: 20, maxDelayMs: 50 } });
  const { bus } = studio;
  await using first = await startCounter(bus);
  await ended(bus, await begin(bus, planOf(step("s1", "get"))));
  await first[Symbol.asyncDispose]();
  const runId = await begin(bus, planOf(step("s1", "add")));
  await logged(bus, runId, ({ type }) => type === "STEP_STARTED");
  await using second = await startCounter(bus);
  assert.equal((await ended(bus, runId)).status, "succeeded");
  assert.equal(second.count, 1);
});

Deno.test("a step that takes too long is stopped, and the plan with it", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  app.hold();
  const plan = planOf(step("s1", "add", { timeoutMs: 200 }), step("s2", "get", { dependsOn: ["s1"] }));
  const run = await ended(bus, await begin(bus, plan));
  assert.deepEqual(statuses(run), { s1: "failed", s2: "skipped" });
  assert.equal(run.steps["s1"]?.problem?.code, "DEADLINE_EXCEEDED");
  assert.equal(app.count, 0);
});

Deno.test("a cancelled run ends: its command is told to stop, and every step has an end", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  app.hold();
  const plan = planOf(step("s1", "add"), step("s2", "add", { dependsOn: ["s1"] }), step("s3", "get"));
  const runId = await begin(bus, plan);
  await app.executed(1);
  await ask(bus, "cancel_run", { runId, reason: "enough" });
  const run = await ended(bus, runId);
  assert.equal(run.status, "cancelled");
  assert.equal(run.cancelReason, "enough");
  assert.deepEqual(statuses(run), { s1: "cancelled", s2: "cancelled", s3: "cancelled" });
  assert.equal(app.count, 0);
  await ask(bus, "cancel_run", { runId });
  await settled(bus, plan.id, "cancelled");
});

Deno.test("a run that has ended otherwise cannot be cancelled", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using _app = await startCounter(bus);
  const runId = await begin(bus, planOf(step("s1", "get")));
  await ended(bus, runId);
  await assert.rejects(ask(bus, "cancel_run", { runId }), refused("CONFLICT"));
});

Deno.test("another replica than the one that runs a plan can cancel it", async () => {
  await using studio = await startStudio();
  const { bus, nats } = studio;
  await using app = await startCounter(bus);
  app.hold();
  const runId = await begin(bus, planOf(step("s1", "add")));
  await app.executed(1);
  await using _second = await startConductor({ bus: await nats.connect("second"), ...QUICK });
  // the queue group gives each of them some of the calls
  for (let i = 0; i < 8; i++) await ask(bus, "cancel_run", { runId });
  const run = await ended(bus, runId);
  assert.equal(run.status, "cancelled");
  const asked = (await events(bus, runId)).filter(({ type }) => type === "RUN_CANCEL_REQUESTED");
  assert.equal(asked.length, 1);
});

Deno.test("a run goes on over a broker that is killed and comes back, and each step happens once", async () => {
  await using studio = await startStudio({ leaseTtlMs: 10_000 });
  const { bus, nats } = studio;
  await using app = await startCounter(nats.url);
  const release = app.hold();
  const plan = planOf(
    ...Array.from({ length: 5 }, (_, i) => step(`s${i}`, "add", i === 0 ? {} : { dependsOn: [`s${i - 1}`] })),
  );
  const runId = await begin(bus, plan);
  await app.executed(1);
  await nats.kill();
  release();
  await nats.restart();
  const run = await ended(bus, runId);
  assert.equal(run.status, "succeeded");
  assert.equal(app.count, 5);
});

Deno.test("a second conductor takes a run over from one that died, and no step happens twice", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  await using app = await startCounter(bus);
  const doomed = await nats.connect("doomed");
  const first = await startConductor({ bus: doomed, ...QUICK });
  const release = app.hold();
  const runId = await begin(bus, planOf(step("s1", "add"), step("s2", "add", { dependsOn: ["s1"] })));
  await app.executed(1);
  await doomed.nc.close();
  await first[Symbol.asyncDispose]();
  await using _second = await startConductor({ bus, ...QUICK });
  release();
  const run = await ended(bus, runId);
  assert.equal(run.status, "succeeded");
  assert.equal(app.count, 2);
  assert.deepEqual(app.double.executions.length, 2);
  assert.equal((await events(bus, runId)).filter(({ type }) => type === "STEP_STARTED").length, 2);
});

Deno.test("a run that another replica dropped is gone on with at once", async () => {
  await using studio = await startStudio({ leaseTtlMs: 60_000 });
  const { bus, nats, conductor } = studio;
  await using app = await startCounter(bus);
  const release = app.hold();
  const runId = await begin(bus, planOf(step("s1", "add"), step("s2", "get", { dependsOn: ["s1"] })));
  await app.executed(1);
  await using _second = await startConductor({ bus: await nats.connect("second"), ...QUICK });
  await conductor[Symbol.asyncDispose]();
  release();
  assert.equal((await ended(bus, runId)).status, "succeeded");
  assert.equal(app.count, 1);
});

Deno.test("a conductor that lost a run, and is still there, goes on with it under a new lease", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const release = app.hold();
  const runId = await begin(bus, planOf(step("s1", "add"), step("s2", "add", { dependsOn: ["s1"] })));
  await app.executed(1);
  const leases = await openBucket(bus, "leases", z.unknown());
  const first = await leases.get(`run.${runId}`);
  await leases.delete(`run.${runId}`);
  for await (const change of leases.watch({ filter: `run.${runId}` })) {
    if (change.kind === "put" && change.revision > first!.revision) break;
  }
  release();
  assert.equal((await ended(bus, runId)).status, "succeeded");
  assert.equal(app.count, 2);
});

/** A run as a conductor leaves it that died right after it had sent the step's command. */
async function abandonedRun(bus: Bus, plan: Plan, timeoutMs: number): Promise<Id> {
  const runId = newId();
  const correlationId = newId();
  const record: PlanRecord = { plan, status: "running", runId, updatedAt: 0 };
  await (await openBucket(bus, "plans", PlanRecord)).put(plan.id, record);
  const started: RunEvent[] = [
    { type: "RUN_STARTED", at: 1, runId, plan, correlationId },
    {
      type: "STEP_STARTED",
      at: Date.now() - timeoutMs,
      stepId: "s1",
      bridge: "any",
      commandId: newId(),
      resultsAfter: 0,
    },
  ];
  for (const payload of started) {
    await publish(bus, subjects.run(runId), envelope({ type: "event", payload, source: "conductor", correlationId }));
  }
  return runId;
}

Deno.test("a read that nobody knows the end of is repeated with its id; a write has an unknown outcome", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  await using app = await startCounter(bus);
  const reading = await abandonedRun(bus, planOf(step("s1", "get")), 10_000);
  const writing = await abandonedRun(bus, planOf(step("s1", "add"), step("s2", "get", { dependsOn: ["s1"] })), 10_000);
  await using _conductor = await startConductor({ bus, ...QUICK });
  const [read, written] = [await ended(bus, reading), await ended(bus, writing)];
  assert.equal(read.status, "succeeded");
  assert.deepEqual(app.double.executions.map(({ id }) => id), [read.steps["s1"]?.commandId]);
  assert.equal(written.steps["s1"]?.problem?.code, "OUTCOME_UNKNOWN");
  assert.deepEqual(statuses(written), { s1: "failed", s2: "skipped" });
  await settled(bus, written.plan.id, "failed");
});

Deno.test("a plan whose run never began may be run again", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  await using _app = await startCounter(bus);
  const plan = planOf(step("s1", "get"));
  const record: PlanRecord = { plan, status: "running", runId: newId(), updatedAt: 0 };
  await (await openBucket(bus, "plans", PlanRecord)).put(plan.id, record);
  await using _conductor = await startConductor({ bus, ...QUICK });
  await settled(bus, plan.id, "validated");
});

Deno.test("a run that was cancelled while nobody had it ends cancelled", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  await using app = await startCounter(bus);
  const runId = await abandonedRun(bus, planOf(step("s1", "get"), step("s2", "get", { dependsOn: ["s1"] })), 0);
  const payload: RunEvent = { type: "RUN_CANCEL_REQUESTED", at: 2 };
  await publish(bus, subjects.run(runId), envelope({ type: "event", payload, source: "test" }));
  await using _conductor = await startConductor({ bus, ...QUICK });
  const run = await ended(bus, runId);
  assert.equal(run.status, "cancelled");
  assert.equal(run.steps["s2"]?.status, "cancelled");
  assert.equal(app.double.executions.length, 0);
});

Deno.test("a hundred steps on one bridge cost at most three stored messages each", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const plan = planOf(...Array.from({ length: 100 }, (_, i) => step(`s${i}`, "get")));
  const runId = await begin(bus, plan);
  assert.equal((await ended(bus, runId)).status, "succeeded");
  assert.equal(app.double.executions.length, 100);
  assert.equal((await events(bus, runId)).length, 202);
});

async function settled(bus: Bus, id: Id, status: PlanRecord["status"]): Promise<void> {
  const plans = await openBucket(bus, "plans", PlanRecord);
  for await (const change of plans.watch({ filter: id, signal: AbortSignal.timeout(10_000) })) {
    if (change.kind === "put" && change.value.status === status) return;
  }
  throw new Error(`Plan ${id} did not become '${status}'`);
}
