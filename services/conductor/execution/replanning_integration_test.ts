import assert from "node:assert/strict";
import { type Bus, openBucket } from "@patchbay/bus";
import {
  type Id,
  PatchbayError,
  type Plan,
  type Policies,
  type Run,
  type RunEvent,
  SERVER_POLICIES,
  type Step,
} from "@patchbay/contracts";
import { z } from "zod";
import { startConductor } from "../mod.ts";
import {
  ask,
  begin,
  ended,
  events,
  logged,
  planOf,
  QUICK,
  refused,
  settled,
  startBus,
  startCounter,
  startStudio,
  statuses,
  step,
} from "../testing/counter_studio.ts";
import { startPlanner } from "../testing/planner_double.ts";

const by = { key: "k1", name: "Kim" };
/** Adds two, fails, and would add three. */
const plan = (...more: Step[]): Plan =>
  planOf(
    step("s1", "add", { args: { by: 2 } }),
    step("s2", "fail", { onError: "replan", dependsOn: ["s1"] }),
    step("s3", "add", { args: { by: 3 }, dependsOn: ["s2"] }),
    ...more,
  );
const other = step("n1", "add", { args: { by: { $ref: "s1.result.count" } } });
const types = async (bus: Bus, runId: Id) =>
  (await events(bus, runId)).map(({ type }) => type).filter((type) => type.startsWith("RUN_"));
const awaiting = async (bus: Bus, runId: Id): Promise<Run> => {
  await logged(bus, runId, ({ type }) => type === "RUN_PAUSED");
  const run: Run = await ask(bus, "run", { runId });
  assert.equal(run.status, "awaiting_approval");
  await settled(bus, run.plan.id, "awaiting_approval");
  return run;
};

Deno.test("where a step fails the planner is asked for another way, and the run goes on with it", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  await using planner = await startPlanner(bus, [other]);
  const first = plan();
  const runId = await begin(bus, first);
  const run = await ended(bus, runId);
  assert.equal(run.status, "succeeded");
  assert.deepEqual(statuses(run), { s1: "succeeded", s2: "failed", n1: "succeeded" });
  assert.equal(app.count, 4);
  const [asked] = planner.asked;
  assert.equal(asked?.failed, "s2");
  assert.equal(asked?.problem.code, "COMMAND_FAILED");
  assert.deepEqual(asked?.run.steps["s1"]?.value, { count: 2 });
  assert.equal(asked?.run.steps["s3"]?.status, "pending");
  assert.deepEqual(await types(bus, runId), ["RUN_STARTED", "RUN_REPLANNED", "RUN_FINISHED"]);
  await settled(bus, first.id, "succeeded");
});

Deno.test("what is under way when a step fails ends before the planner is asked, and nothing else begins", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus, "ws-01");
  await using slow = await startCounter(bus, "ws-02");
  await using planner = await startPlanner(bus, [step("n1", "get", { bridge: "ws-01" })]);
  const release = slow.hold();
  const runId = await begin(
    bus,
    planOf(
      step("s1", "fail", { bridge: "ws-01", onError: "replan" }),
      step("s2", "add", { bridge: "ws-02" }),
      step("s3", "add", { bridge: "ws-02", dependsOn: ["s2"] }),
    ),
  );
  await logged(bus, runId, ({ type }) => type === "STEP_ERROR");
  assert.equal(planner.asked.length, 0);
  release();
  const run = await ended(bus, runId);
  assert.deepEqual(statuses(run), { s1: "failed", s2: "succeeded", n1: "succeeded" });
  assert.equal(planner.asked[0]?.run.steps["s2"]?.status, "succeeded");
  assert.equal(slow.count, 1);
  assert.equal(app.count, 0);
});

Deno.test("where the planner finds no other way, or one that does not hold, the failure stands and the reason says so", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const cases: [Parameters<typeof startPlanner>[1], RegExp][] = [
    ["nothing helps here", /no other way: nothing helps here/],
    [[step("n1", "vanish")], /the new plan does not hold: 'counter' has no command 'vanish'/],
    [[step("s1", "get")], /the new plan does not hold: step 's1' has ended/],
    [[step("n1", "title", { args: { text: { $ref: "s2.result.count" } } })], /there is no step 's2'/],
  ];
  for (const [answer, reason] of cases) {
    await using _planner = await startPlanner(bus, answer);
    const run = await ended(bus, await begin(bus, plan()));
    assert.equal(run.status, "failed");
    assert.deepEqual(statuses(run), { s1: "succeeded", s2: "failed", s3: "skipped" });
    assert.match(run.steps["s3"]?.reason ?? "", reason);
  }
  const run = await ended(bus, await begin(bus, plan()));
  assert.match(run.steps["s3"]?.reason ?? "", /no other way: .*llm-planner/, "no planner is there");
  assert.equal(app.count, 10);
});

Deno.test("a run gets a new plan three times at most", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using _app = await startCounter(bus);
  let n = 0;
  await using planner = await startPlanner(bus, () => {
    n++;
    return Promise.resolve([
      step(`f${n}`, "fail", { onError: "replan" }),
      step(`g${n}`, "get", { dependsOn: [`f${n}`] }),
    ]);
  });
  const run = await ended(bus, await begin(bus, plan()));
  assert.equal(run.status, "failed");
  assert.equal(planner.asked.length, 3);
  assert.deepEqual(statuses(run), {
    s1: "succeeded",
    s2: "failed",
    f1: "failed",
    f2: "failed",
    f3: "failed",
    g3: "skipped",
  });
  assert.match(run.steps["g3"]?.reason ?? "", /planned anew 3 times already/);
});

const policies: Policies = {
  ...SERVER_POLICIES,
  rules: [{ command: "add", decision: "allow" }, { command: "fail", decision: "allow" }],
};
const asksFor = step("n1", "set", { args: { to: 40 } });

Deno.test("a new plan that must be approved waits for it, and goes on once it is", async () => {
  await using studio = await startStudio({ policies });
  const { bus } = studio;
  await using app = await startCounter(bus);
  await using _planner = await startPlanner(bus, [asksFor]);
  const runId = await begin(bus, plan());
  const { plan: { id }, awaiting: digest } = await awaiting(bus, runId);
  assert.equal(app.count, 2);
  await assert.rejects(
    ask(bus, "approve_plan", { planId: id, digest: `sha256:${"0".repeat(64)}`, by }),
    refused("CONFLICT"),
  );
  await ask(bus, "approve_plan", { planId: id, digest, by });
  const run = await ended(bus, runId);
  assert.equal(run.status, "succeeded");
  assert.equal(app.count, 40);
  assert.equal(run.approvals?.at(-1)?.by.name, "Kim");
  assert.deepEqual(await types(bus, runId), [
    "RUN_STARTED",
    "RUN_PAUSED",
    "RUN_REPLANNED",
    "RUN_RESUMED",
    "RUN_FINISHED",
  ]);
  await settled(bus, id, "succeeded");
});

Deno.test("a new plan that is rejected, or whose run is cancelled while it waits, never begins", async () => {
  await using studio = await startStudio({ policies });
  const { bus } = studio;
  await using app = await startCounter(bus);
  await using _planner = await startPlanner(bus, [asksFor]);
  const ends = {
    reject: (run: Run) => ask(bus, "reject_plan", { planId: run.plan.id, digest: run.awaiting, by }),
    cancel: (run: Run) => ask(bus, "cancel_run", { runId: run.id }),
  };
  for (const end of Object.values(ends)) {
    const runId = await begin(bus, plan());
    await end(await awaiting(bus, runId));
    const run = await ended(bus, runId);
    assert.equal(run.status, "cancelled");
    assert.deepEqual(statuses(run), { s1: "succeeded", s2: "failed", n1: "cancelled" });
    await settled(bus, run.plan.id, "cancelled");
  }
  assert.equal(app.double.executions.filter(({ command }) => command === "set").length, 0);
});

Deno.test("a new plan that a policy refuses is none", async () => {
  const refusing: Policies = { ...policies, rules: [...policies.rules, { command: "set", decision: "deny" }] };
  await using studio = await startStudio({ policies: refusing });
  const { bus } = studio;
  await using _app = await startCounter(bus);
  await using _planner = await startPlanner(bus, [asksFor]);
  const run = await ended(bus, await begin(bus, plan()));
  assert.equal(run.status, "failed");
  assert.match(run.steps["s3"]?.reason ?? "", /a policy refuses step 'n1' of the new plan: rule 3/);
});

Deno.test("what the first plan did not do is asked for, whatever the policies allow", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus, "ws-01", {
    get: () => {
      throw new PatchbayError("COMMAND_FAILED", "I do not look");
    },
  });
  await using _planner = await startPlanner(bus, [step("n1", "add")]);
  const runId = await begin(bus, planOf(step("s1", "get", { onError: "replan" })));
  const { plan: { id }, awaiting: digest } = await awaiting(bus, runId);
  assert.equal(app.count, 0);
  await ask(bus, "approve_plan", { planId: id, digest, by });
  assert.equal((await ended(bus, runId)).status, "succeeded");
  assert.equal(app.count, 1);
});

Deno.test("a run that is cancelled while the planner thinks ends at once, as cancelled", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const thinking = Promise.withResolvers<void>();
  const thought = Promise.withResolvers<Step[]>();
  await using _planner = await startPlanner(bus, () => {
    thinking.resolve();
    return thought.promise;
  });
  const runId = await begin(bus, plan());
  await thinking.promise;
  await ask(bus, "cancel_run", { runId });
  const run = await ended(bus, runId);
  assert.deepEqual(statuses(run), { s1: "succeeded", s2: "failed", s3: "cancelled" });
  assert.equal(run.status, "cancelled");
  thought.resolve([other]);
  assert.equal(app.count, 2);
});

Deno.test("a conductor that takes over a run without its new plan asks the planner again; one that waits for leave waits on", async () => {
  await using studio = await startBus();
  const { bus, nats } = studio;
  await using app = await startCounter(bus);
  const thinking = Promise.withResolvers<void>();
  const forgotten = Promise.withResolvers<Step[]>();
  await using planner = await startPlanner(bus, () => {
    thinking.resolve();
    return forgotten.promise;
  }, [asksFor]);
  const die = async (name: string) => {
    const doomed = await nats.connect(name);
    const conductor = await startConductor({ bus: doomed, ...QUICK, policies });
    return async () => {
      await doomed.nc.close();
      await conductor[Symbol.asyncDispose]();
    };
  };
  const first = await die("first");
  const runId = await begin(bus, plan());
  await thinking.promise;
  await first();
  forgotten.resolve([other]);
  const second = await die("second");
  const paused = await awaiting(bus, runId);
  assert.equal(planner.asked.length, 2);
  await second();
  await using _third = await startConductor({ bus, ...QUICK, policies });
  const leases = await openBucket(bus, "leases", z.unknown());
  for await (const change of leases.watch({ filter: `run.${runId}` })) if (change.kind === "put") break;
  await ask(bus, "approve_plan", { planId: paused.plan.id, digest: paused.awaiting, by });
  const run = await ended(bus, runId);
  assert.equal(run.status, "succeeded");
  assert.equal(app.count, 40);
  assert.equal(planner.asked.length, 2);
  assert.deepEqual(app.double.executions.map(({ command }) => command).filter((name) => name !== "get"), [
    "add",
    "fail",
    "set",
  ]);
});

Deno.test("whenever a conductor dies around a new plan, the run comes to its end and no step happens twice", async () => {
  await using studio = await startBus();
  const { bus, nats } = studio;
  await using app = await startCounter(bus);
  await using _planner = await startPlanner(bus, [other, step("n2", "add", { dependsOn: ["n1"] })]);
  const points: ((event: RunEvent) => boolean)[] = [
    (event) => event.type === "STEP_ERROR",
    (event) => event.type === "RUN_REPLANNED",
    (event) => event.type === "STEP_STARTED" && event.stepId === "n1",
    (event) => event.type === "STEP_FINISHED" && event.stepId === "n1",
  ];
  for (const [i, point] of points.entries()) {
    const before = app.double.executions.length;
    const doomed = await nats.connect(`doomed-${i}`);
    const first = await startConductor({ bus: doomed, ...QUICK });
    const runId = await begin(bus, plan());
    await logged(bus, runId, point);
    await doomed.nc.close();
    await first[Symbol.asyncDispose]();
    await using _next = await startConductor({ bus, ...QUICK });
    const run = await ended(bus, runId);
    assert.equal(run.status, "succeeded");
    assert.deepEqual(statuses(run), { s1: "succeeded", s2: "failed", n1: "succeeded", n2: "succeeded" });
    const done = app.double.executions.slice(before).map(({ command }) => command);
    assert.deepEqual(done, ["add", "fail", "add", "add"]);
    assert.equal((await types(bus, runId)).filter((type) => type === "RUN_REPLANNED").length, 1);
  }
});

Deno.test("an approval that reached the plan's record while nobody had the run is found by whoever takes it over", async () => {
  await using studio = await startBus();
  const { bus, nats } = studio;
  await using app = await startCounter(bus);
  await using _planner = await startPlanner(bus, [asksFor]);
  const doomed = await nats.connect("doomed");
  const first = await startConductor({ bus: doomed, ...QUICK, policies });
  const runId = await begin(bus, plan());
  const { plan: { id }, awaiting: digest } = await awaiting(bus, runId);
  await doomed.nc.close();
  await first[Symbol.asyncDispose]();
  const records = await openBucket(bus, "plans", z.looseObject({}));
  const { value, revision } = (await records.get(id))!;
  const approval = { digest, by, at: Date.now(), expiresAt: Date.now() + 60_000 };
  await records.update(id, { ...value, status: "running", approvals: [approval] }, revision);
  await using _second = await startConductor({ bus, ...QUICK, policies });
  assert.equal((await ended(bus, runId)).status, "succeeded");
  assert.equal(app.count, 40);
});
