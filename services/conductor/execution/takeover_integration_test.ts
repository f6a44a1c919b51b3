import assert from "node:assert/strict";
import { acquireLease, type Bus, openBucket, openLedger, publish, request } from "@patchbay/bus";
import {
  envelope,
  newId,
  PatchbayError,
  type Plan,
  PlanRecord,
  Result,
  type RunEvent,
  subjects,
  toProblem,
} from "@patchbay/contracts";
import { z } from "zod";
import { startConductor } from "../mod.ts";
import { ResultFeed } from "./result_feed.ts";
import type { StepCommand } from "./step_command.ts";
import { runStepJob } from "./step_job.ts";
import {
  begin,
  ended,
  events,
  planOf,
  QUICK,
  settled,
  startBus,
  startCounter,
  startStudio,
  step,
} from "../testing/counter_studio.ts";

Deno.test("a second conductor takes a run over from one that died, and no step happens twice", async () => {
  await using studio = await startBus();
  const { bus, nats } = studio;
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

Deno.test("a run whose conductor died before its plan's record said how it ended is settled by another one that is there", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  const plan = planOf(step("s1", "get"));
  const runId = newId();
  const lease = await acquireLease(bus, `run.${runId}`, { owner: "who dies" });
  const record: PlanRecord = { plan, status: "running", runId, updatedAt: 0 };
  await (await openBucket(bus, "plans", PlanRecord)).put(plan.id, record);
  const all: RunEvent[] = [
    { type: "RUN_STARTED", at: 1, runId, plan, correlationId: newId() },
    { type: "STEP_ERROR", at: 2, stepId: "s1", problem: toProblem(new Error("it fails"), newId()) },
    { type: "RUN_FINISHED", at: 3, status: "failed" },
  ];
  for (const payload of all) {
    await publish(bus, subjects.run(runId), envelope({ type: "event", payload, source: "conductor" }));
  }
  await lease?.[Symbol.asyncDispose]();
  await settled(bus, plan.id, "failed");
});

Deno.test("of several attempts at a command, the last one's result counts for whoever takes its run over", async () => {
  await using studio = await startBus();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const { runId, commandId } = await abandonedRun(bus, planOf(step("s1", "add", { bridge: "ws-01" })), 0, "ws-01");
  const of = { commandId, app: "counter", bridge: "ws-01", command: "add", startedAt: 1, durationMs: 1 };
  const busy = toProblem(PatchbayError.of("APP_BUSY", "It renders"), newId());
  const results: Result[] = [{ ...of, ok: false, problem: busy }, {
    ...of,
    startedAt: 2,
    ok: true,
    value: { count: 9 },
  }];
  for (const payload of results) {
    const message = envelope({ type: "result", payload, source: "counter.ws-01" });
    await publish(bus, subjects.result("counter", "ws-01", "add"), message);
  }
  await using _conductor = await startConductor({ bus, ...QUICK });
  const run = await ended(bus, runId);
  assert.deepEqual(run.steps["s1"]?.value, { count: 9 });
  assert.equal(app.count, 0);
});

/** A run as a conductor leaves it that died right after it had sent the step's command. */
async function abandonedRun(bus: Bus, plan: Plan, ageMs: number, bridge = "any") {
  const runId = newId();
  const correlationId = newId();
  const commandId = newId();
  const record: PlanRecord = { plan, status: "running", runId, updatedAt: 0 };
  await (await openBucket(bus, "plans", PlanRecord)).put(plan.id, record);
  const started: RunEvent[] = [
    { type: "RUN_STARTED", at: 1, runId, plan, correlationId },
    {
      type: "STEP_STARTED",
      at: Date.now() - ageMs,
      stepId: "s1",
      bridge,
      commandId,
      resultsAfter: 0,
    },
  ];
  for (const payload of started) {
    await publish(bus, subjects.run(runId), envelope({ type: "event", payload, source: "conductor", correlationId }));
  }
  return { runId, commandId };
}

Deno.test("what was about to be sent when its conductor died is sent by the next one, under its id, and happens once", async () => {
  await using studio = await startBus();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const reading = await abandonedRun(bus, planOf(step("s1", "get")), 10_000);
  const writing = await abandonedRun(bus, planOf(step("s1", "add"), step("s2", "get", { dependsOn: ["s1"] })), 10_000);
  await using _conductor = await startConductor({ bus, ...QUICK });
  const [read, written] = [await ended(bus, reading.runId), await ended(bus, writing.runId)];
  assert.deepEqual([read.status, written.status], ["succeeded", "succeeded"]);
  const ids = app.double.executions.map(({ id }) => id);
  assert.ok(ids.includes(reading.commandId) && ids.includes(writing.commandId));
  assert.equal(app.count, 1);
  assert.equal(ids.length, 3);
});

Deno.test("a write that a bridge has begun which is gone has an unknown outcome", async () => {
  await using studio = await startBus();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const { runId, commandId } = await abandonedRun(bus, planOf(step("s1", "add")), 10_000);
  const facts = {
    commandId,
    command: "add",
    fingerprint: "0".repeat(64),
    bridge: "ws-01",
    instance: newId(),
    fencing: 1,
  };
  await openLedger(bus).begin({ app: "counter", bridge: "any" }, commandId, facts);
  await using _conductor = await startConductor({ bus, ...QUICK });
  const run = await ended(bus, runId);
  assert.equal(run.steps["s1"]?.problem?.code, "OUTCOME_UNKNOWN");
  assert.equal(app.count, 0);
  await settled(bus, run.plan.id, "failed");
});

Deno.test("a write that nobody has begun when its run is cancelled never happens, and is cancelled", async () => {
  await using studio = await startBus();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const { runId, commandId } = await abandonedRun(bus, planOf(step("s1", "add")), 0);
  const payload: RunEvent = { type: "RUN_CANCEL_REQUESTED", at: 2 };
  await publish(bus, subjects.run(runId), envelope({ type: "event", payload, source: "test" }));
  await using _conductor = await startConductor({ bus, ...QUICK });
  assert.equal((await ended(bus, runId)).steps["s1"]?.status, "cancelled");
  // what was under way all that time comes too late
  const late = {
    command: "add",
    args: {},
    priority: "normal",
    runId,
    stepId: "s1",
    timeoutMs: 10_000,
    idempotencyKey: commandId,
  };
  const message = envelope({ type: "command", id: commandId, payload: late, source: "test", target: "counter.any" });
  const answer = await request(bus, subjects.command("counter", "any", "add"), message, {
    payload: Result,
    absent: "BRIDGE_OFFLINE",
    timeoutMs: 10_000,
  });
  assert.equal(answer.payload.ok, false);
  assert.equal(app.count, 0);
});

Deno.test("a job that was never queued when its run was cancelled is cancelled, and its outcome is known", async () => {
  await using studio = await startBus();
  const { bus } = studio;
  await using app = await startCounter(bus, "ws-01");
  const { runId } = await abandonedRun(bus, planOf(step("s1", "render", { bridge: "ws-01" })), 0, "ws-01");
  const payload: RunEvent = { type: "RUN_CANCEL_REQUESTED", at: 2 };
  await publish(bus, subjects.run(runId), envelope({ type: "event", payload, source: "test" }));
  await using _conductor = await startConductor({ bus, ...QUICK });
  const run = await ended(bus, runId);
  assert.deepEqual([run.status, run.steps["s1"]?.status], ["cancelled", "cancelled"]);
  // and none is queued later
  await using results = await ResultFeed.start(bus, new AbortController().signal);
  const command: StepCommand = {
    runId,
    correlationId: newId(),
    step: step("s1", "render", { bridge: "ws-01" }),
    bridge: "ws-01",
    session: undefined,
    document: undefined,
    args: {},
    commandId: newId(),
    priority: "normal",
    timeoutMs: 1_000,
    cancelled: AbortSignal.abort(),
    abandoned: new AbortController().signal,
  };
  assert.deepEqual(await runStepJob({ bus, results }, command), { status: "cancelled" });
  assert.equal(app.double.executions.length, 0);
});

Deno.test("a run that was cancelled while nobody had it ends cancelled", async () => {
  await using studio = await startBus();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const { runId } = await abandonedRun(bus, planOf(step("s1", "get"), step("s2", "get", { dependsOn: ["s1"] })), 0);
  const payload: RunEvent = { type: "RUN_CANCEL_REQUESTED", at: 2 };
  await publish(bus, subjects.run(runId), envelope({ type: "event", payload, source: "test" }));
  await using _conductor = await startConductor({ bus, ...QUICK });
  const run = await ended(bus, runId);
  assert.equal(run.status, "cancelled");
  assert.equal(run.steps["s2"]?.status, "cancelled");
  assert.equal(app.double.executions.length, 0);
});

Deno.test("an attempt that its application was too busy for is followed by another one after a takeover", async () => {
  await using studio = await startBus();
  const { bus } = studio;
  let attempts = 0;
  const busy = () => {
    if (attempts++ === 0) throw PatchbayError.of("APP_BUSY", "Somebody draws");
    return { count: 1 };
  };
  await using _app = await startCounter(bus, "ws-01", { add: busy });
  const { runId, commandId } = await abandonedRun(bus, planOf(step("s1", "add")), 0);
  const sent = { command: "add", args: {}, priority: "normal", runId, stepId: "s1", idempotencyKey: commandId };
  const message = envelope({ type: "command", id: commandId, payload: sent, source: "test", target: "counter.any" });
  const options = { payload: Result, absent: "BRIDGE_OFFLINE", timeoutMs: 10_000 } as const;
  assert.equal((await request(bus, subjects.command("counter", "any", "add"), message, options)).payload.ok, false);
  await using _conductor = await startConductor({ bus, ...QUICK });
  const run = await ended(bus, runId);
  assert.deepEqual(run.steps["s1"]?.value, { count: 1 });
  assert.equal(attempts, 2);
});
