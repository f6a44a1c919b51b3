/** Plans that nobody should send, to the conductor over the bus and to the gateway over HTTP: each is refused in words, and nobody minds. */
import assert from "node:assert/strict";
import { type Bus, callService, migrate, readStream } from "@patchbay/bus";
import { startConductor } from "@patchbay/conductor";
import {
  type ErrorCode,
  eventsOf,
  foldRunEvents,
  newId,
  PatchbayError,
  type RunEvent,
  RunLogEntry,
  SERVICES,
  subjects,
} from "@patchbay/contracts";
import { createApiKey, startGateway } from "@patchbay/gateway";
import { startAppDouble, startTestNats } from "@patchbay/testing";
import { press } from "./runs/workshop.ts";

const VERBS = SERVICES.conductor;
const PROBLEM = "application/problem+json";

async function startStudio() {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("a test");
  await migrate(bus);
  stack.use(await startConductor({ bus: await nats.connect("conductor") }));
  let n = 0;
  stack.use(
    await startAppDouble(bus, press, {
      handlers: { grind: ({ args: { tag } }) => ({ tag, n: ++n }), count: () => ({ n, some: [1] }) },
      snapshot: () => ({ n }),
    }),
  );
  const { text: key, record } = createApiKey({ name: "a test", scopes: ["read", "write"] });
  const gateway = stack.use(await startGateway({ bus: await nats.connect("gateway"), keys: [record], port: 0 }));
  const parts = stack.move();
  return {
    bus,
    /** Sends a plan as it is written. */
    post: (plan: string) =>
      fetch(`${gateway.url}/v1/plans`, {
        method: "POST",
        headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
        body: plan,
      }),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

interface Steplike {
  id: string;
  command?: string;
  args?: unknown;
  dependsOn?: string[];
  [more: string]: unknown;
}

const stepOf = ({ command = "count", args = {}, dependsOn = [], ...more }: Steplike) => ({
  app: "press",
  command,
  args,
  dependsOn,
  onError: "stop",
  ...more,
});
const planOf = (...steps: Steplike[]) => ({
  id: newId(),
  steps: steps.map(stepOf),
  provenance: { provider: "hand", createdAt: 0 },
});

/** A step that takes a part of the result of the one before. */
const referring = ($ref: unknown) => planOf({ id: "s1" }, { id: "s2", command: "count", args: { after: { $ref } } });
/** So deep that whoever follows it without counting falls. */
const deep = (depth: number) => JSON.parse(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`) as unknown;

const HOSTILE: Record<string, { plan: unknown; codes: ErrorCode[]; issue?: string }> = {
  "a circle": {
    plan: planOf({ id: "s1", dependsOn: ["s3"] }, { id: "s2", dependsOn: ["s1"] }, { id: "s3", dependsOn: ["s2"] }),
    codes: ["PLAN_INVALID"],
    issue: "cycle",
  },
  "a step that waits for itself": {
    plan: planOf({ id: "s1", args: { after: { $ref: "s1.result.n" } } }),
    codes: ["PLAN_INVALID"],
    issue: "cycle",
  },
  "a reference to a step that is not there": {
    plan: referring("s9.result.n"),
    codes: ["PLAN_INVALID"],
    issue: "reference",
  },
  "a reference to a part that a result cannot have": {
    plan: referring("s1.result.colour"),
    codes: ["PLAN_INVALID"],
    issue: "reference",
  },
  "a reference of another type": { plan: referring("s1.result.some"), codes: ["PLAN_INVALID"], issue: "binding" },
  "two steps with one id": { plan: planOf({ id: "s1" }, { id: "s1" }), codes: ["PLAN_INVALID"], issue: "duplicate" },
  "a reference into the prototype": {
    plan: referring("s1.result.__proto__.polluted"),
    codes: ["PLAN_INVALID"],
    issue: "reference",
  },
  "a reference to a constructor": {
    plan: referring("s1.result.constructor.constructor"),
    codes: ["PLAN_INVALID"],
    issue: "reference",
  },
  "a pointer into the prototype": {
    plan: referring("s1#/result/__proto__/toString"),
    codes: ["PLAN_INVALID"],
    issue: "reference",
  },
  "a reference that would be code": {
    plan: referring("s1.result[`${process.exit(1)}`]"),
    codes: ["PLAN_INVALID"],
    issue: "reference",
  },
  "a reference that is no text": { plan: referring({ $ref: { $ref: "s1.result.n" } }), codes: ["PLAN_INVALID"] },
  "a reference half a million letters long": {
    plan: referring(`s1.result${".a".repeat(250_000)}`),
    codes: ["PLAN_INVALID"],
    issue: "reference",
  },
  "a value five thousand levels deep": {
    plan: planOf({ id: "s1", args: deep(5_000) }),
    codes: ["INVALID_MESSAGE", "INVALID_REQUEST"],
  },
  "more steps than a plan may have": {
    plan: planOf(...Array.from({ length: 10_001 }, (_, i) => ({ id: `s${i}` }))),
    codes: ["INVALID_MESSAGE", "INVALID_REQUEST", "PAYLOAD_TOO_LARGE"],
  },
  "more than a message holds": {
    plan: planOf({ id: "s1", command: "grind", args: { tag: "x".repeat(3_000_000) } }),
    codes: ["PAYLOAD_TOO_LARGE"],
  },
  "no steps at all": { plan: planOf(), codes: ["INVALID_MESSAGE", "INVALID_REQUEST"] },
};

const save = (bus: Bus, plan: unknown) =>
  callService(bus, "conductor", "save_plan", { plan }, { result: VERBS.save_plan.result, source: "a test" });
const codesOf = (issues: readonly unknown[] | undefined) =>
  issues?.map((issue) => (issue as { code?: string }).code ?? "") ?? [];

Deno.test("a plan that does not hold is refused with what is wrong with it, over the bus and over HTTP, and the next one runs", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  for (const [what, { plan, codes, issue }] of Object.entries(HOSTILE)) {
    const error = await save(bus, plan).then(() => assert.fail(`${what} was taken`), (error: unknown) => error);
    assert.ok(error instanceof PatchbayError, `${what}: ${error}`);
    assert.ok(codes.includes(error.code), `${what}: ${error.code}: ${error.message}`);
    if (issue !== undefined) assert.ok(codesOf(error.issues).includes(issue), `${what}: ${codesOf(error.issues)}`);
    assert.ok(error.message.length < 2_000, `${what} is told of in ${error.message.length} letters`);

    const answer = await studio.post(JSON.stringify(plan));
    const problem = await answer.json();
    assert.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status} ${JSON.stringify(problem)}`);
    assert.equal(answer.headers.get("Content-Type")?.split(";")[0], PROBLEM, what);
    assert.ok(codes.includes(problem.code), `${what}: ${JSON.stringify(problem).slice(0, 500)}`);
    if (issue !== undefined) {
      assert.ok(codesOf(problem.errors).includes(issue), `${what}: ${JSON.stringify(problem.errors)}`);
    }
  }
  const broken = await studio.post(`{"steps":[{"id":"s1","__proto__":{"app":"press"}`);
  assert.equal(broken.status, 400);
  await broken.body?.cancel();
  assert.equal((Object.prototype as Record<string, unknown>)["polluted"], undefined);
  const events = await runOf(bus, planOf({ id: "s1" }, { id: "s2", args: { after: { $ref: "s1.result.n" } } }));
  assert.equal(foldRunEvents(events)?.status, "succeeded");
});

Deno.test("a plan of ten thousand steps is taken, begun, and cancelled to its last step", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  const steps = Array.from({ length: 10_000 }, (_, i) => ({ id: `s${i}` }));
  const events = await runOf(bus, planOf(...steps), async (runId) => {
    await callService(bus, "conductor", "cancel_run", { runId }, {
      result: VERBS.cancel_run.result,
      source: "a test",
      timeoutMs: 30_000,
    });
  });
  const run = foldRunEvents(events);
  assert.equal(run?.status, "cancelled");
  const ended = Object.values(run.steps).filter(({ status }) => status === "cancelled" || status === "succeeded");
  assert.equal(ended.length, steps.length);
});

/** The log of a run to its end. @param begun called once a step of it has begun */
async function runOf(
  bus: Bus,
  plan: ReturnType<typeof planOf>,
  begun?: (runId: string) => Promise<void>,
): Promise<RunEvent[]> {
  await save(bus, plan);
  const { runId } = await callService(bus, "conductor", "run_plan", { planId: plan.id }, {
    result: VERBS.run_plan.result,
    source: "a test",
    timeoutMs: 30_000,
  });
  const events: RunEvent[] = [];
  const log = { subject: subjects.run(runId), payload: RunLogEntry, from: "start", follow: true } as const;
  let asked: Promise<void> | undefined;
  for await (const { message } of readStream(bus, "RUNS", { ...log, signal: AbortSignal.timeout(120_000) })) {
    events.push(...eventsOf(message.payload));
    if (events.length > 1) asked ??= begun?.(runId);
    if (events.at(-1)?.type === "RUN_FINISHED") break;
  }
  await asked;
  return events;
}
