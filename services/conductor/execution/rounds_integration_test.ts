import assert from "node:assert/strict";
import { PatchbayError, type Run, type RunEvent } from "@patchbay/contracts";
import { startConductor } from "../mod.ts";
import {
  ask,
  begin,
  ended,
  events,
  logged,
  planOf,
  QUICK,
  startBus,
  startCounter,
  startStudio,
  statuses,
  step,
} from "../testing/counter_studio.ts";

const rounds = (run: Run, id: string) => run.steps[id]?.rounds?.map(({ status }) => status);
const ofRound = (type: RunEvent["type"], round: number) => (event: RunEvent) =>
  event.type === type && "round" in event && event.round === round;

Deno.test("a step runs once for each item of a list, one after the other, and gives the list of its results", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const runId = await begin(
    bus,
    planOf(
      step("s1", "numbers", { args: { list: [1, 2, 3] } }),
      step("s2", "add", { args: { by: { $item: "" } }, forEach: { $ref: "s1.result.list" } }),
      step("s3", "add", { args: { by: { $item: "/count" } }, forEach: { $ref: "s2.result" } }),
      step("s4", "title", { args: { text: "done" }, when: { $ref: "s3.result.2.count", equals: 16 } }),
    ),
  );
  const run = await ended(bus, runId);
  assert.equal(run.status, "succeeded");
  assert.deepEqual(run.steps["s2"]?.value, [{ count: 1 }, { count: 3 }, { count: 6 }]);
  assert.deepEqual(run.steps["s3"]?.value, [{ count: 7 }, { count: 10 }, { count: 16 }]);
  assert.equal(run.steps["s4"]?.status, "succeeded");
  assert.equal(app.count, 16);
  const types = (await events(bus, runId)).filter((event) => "stepId" in event && event.stepId === "s2");
  assert.deepEqual(types.map((event) => [event.type, "round" in event ? event.round : undefined]), [
    ["STEP_STARTED", undefined],
    ...[0, 1, 2].flatMap((round) => [["STEP_STARTED", round], ["STEP_FINISHED", round]]),
    ["STEP_FINISHED", undefined],
  ]);
});

Deno.test("a list of nothing makes no round, and the step succeeds", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const run = await ended(
    bus,
    await begin(bus, planOf(step("s1", "add", { forEach: [] }), step("s2", "get", { dependsOn: ["s1"] }))),
  );
  assert.equal(run.status, "succeeded");
  assert.deepEqual(run.steps["s1"]?.value, []);
  assert.equal(app.double.executions.length, 1);
});

Deno.test("rounds that give too much for a message can be referred to in part, also by whoever takes the run over", async () => {
  await using studio = await startBus();
  const { bus, nats } = studio;
  await using app = await startCounter(bus);
  const doomed = await nats.connect("doomed");
  const first = await startConductor({ bus: doomed, ...QUICK });
  const release = app.hold();
  const plan = planOf(
    step("s1", "book", { args: { characters: { $item: "" } }, forEach: [10, 3_000_000] }),
    step("s2", "title", { args: { text: { $item: "/title" } }, forEach: { $ref: "s1.result" } }),
    step("s3", "add", { dependsOn: ["s2"] }),
    step("s4", "title", { args: { text: { $ref: "s1.result.1.title" } }, dependsOn: ["s3"] }),
  );
  const runId = await begin(bus, plan);
  await logged(bus, runId, (event) => event.type === "STEP_STARTED" && event.stepId === "s3");
  await doomed.nc.close();
  await first[Symbol.asyncDispose]();
  await using _second = await startConductor({ bus, ...QUICK });
  release();
  const run = await ended(bus, runId);
  assert.equal(run.status, "succeeded", JSON.stringify(run.steps["s4"]?.problem));
  assert.deepEqual(run.steps["s2"]?.value, [{ text: "A long one" }, { text: "A long one" }]);
  assert.deepEqual(run.steps["s4"]?.value, { text: "A long one" });
  assert.deepEqual(run.steps["s1"]?.rounds?.map(({ valueIn }) => valueIn), [undefined, "asset"]);
});

Deno.test("rounds that read are on their way together, at most sixteen", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const release = app.hold();
  const list = Array.from({ length: 40 }, (_, i) => i);
  const runId = await begin(bus, planOf(step("s1", "get", { forEach: list })));
  await logged(bus, runId, ofRound("STEP_STARTED", 15));
  assert.equal((await events(bus, runId)).filter(({ type }) => type === "STEP_STARTED").length, 17);
  release();
  const run = await ended(bus, runId);
  assert.equal(run.status, "succeeded");
  assert.equal((run.steps["s1"]?.value as unknown[]).length, 40);
});

const failsAt = (...bad: number[]) => ({
  add: ({ args: { by } }: { args: { by: number } }) => {
    if (bad.includes(by)) throw new PatchbayError("COMMAND_FAILED", `${by} is not liked`);
    return { count: by };
  },
});

Deno.test("a round that fails ends the step, and its problem names the round", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus, "ws-01", failsAt(2, 4));
  const run = await ended(
    bus,
    await begin(bus, planOf(step("s1", "add", { args: { by: { $item: "" } }, forEach: [1, 2, 3] }))),
  );
  assert.deepEqual(statuses(run), { s1: "failed" });
  assert.deepEqual(rounds(run, "s1"), ["succeeded", "failed", "pending"]);
  assert.match(run.steps["s1"]?.problem?.detail ?? "", /round 2 of 3 failed: 2 is not liked/);
  assert.deepEqual(run.steps["s1"]?.problem?.context?.["rounds"], [1]);
  assert.equal(app.double.executions.length, 2);
});

Deno.test("a step that goes on over errors makes all its rounds, and fails at the end with those that failed", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus, "ws-01", failsAt(2, 4));
  const run = await ended(
    bus,
    await begin(
      bus,
      planOf(
        step("s1", "add", { args: { by: { $item: "" } }, forEach: [1, 2, 3, 4, 5], onError: "continue" }),
        step("s2", "get"),
      ),
    ),
  );
  assert.deepEqual(rounds(run, "s1"), ["succeeded", "failed", "succeeded", "failed", "succeeded"]);
  assert.match(run.steps["s1"]?.problem?.detail ?? "", /2 of 5 rounds failed \(2, 4\): 2 is not liked/);
  assert.deepEqual(run.steps["s1"]?.problem?.context?.["rounds"], [1, 3]);
  assert.equal(run.steps["s2"]?.status, "succeeded");
  assert.equal(run.status, "failed");
  assert.equal(app.double.executions.filter(({ command }) => command === "add").length, 5);
});

Deno.test("a list that is no list when it comes, or too long, fails the step before any round", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus, "ws-01", { numbers: () => ({ list: new Array(1_001).fill(0) }) });
  const run = await ended(
    bus,
    await begin(
      bus,
      planOf(step("s1", "numbers", { args: { list: [] } }), step("s2", "add", { forEach: { $ref: "s1.result.list" } })),
    ),
  );
  assert.equal(run.steps["s2"]?.problem?.code, "PLAN_INVALID");
  assert.match(run.steps["s2"]?.problem?.detail ?? "", /1001 items.*at most 1000/);
  assert.equal(app.double.executions.length, 1);
});

Deno.test("a run that is cancelled among rounds ends in the middle of one", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  app.hold();
  const runId = await begin(
    bus,
    planOf(step("s1", "add", { forEach: [1, 2, 3] }), step("s2", "get", { dependsOn: ["s1"] })),
  );
  await logged(bus, runId, ofRound("STEP_STARTED", 0));
  await app.executed(1);
  await ask(bus, "cancel_run", { runId });
  const run = await ended(bus, runId);
  assert.equal(run.status, "cancelled");
  assert.deepEqual(statuses(run), { s1: "cancelled", s2: "cancelled" });
  assert.deepEqual(rounds(run, "s1"), ["cancelled", "pending", "pending"]);
  assert.equal(app.count, 0);
});

Deno.test("a run that is taken over goes on with the first round that has not ended, and none happens twice", async () => {
  await using studio = await startBus();
  const { bus, nats } = studio;
  await using app = await startCounter(bus);
  const doomed = await nats.connect("doomed");
  const first = await startConductor({ bus: doomed, ...QUICK });
  let release = () => {};
  const plan = planOf(
    step("s1", "add", { args: { by: { $item: "" } }, forEach: [1, 10, 100, 1_000], placement: "run" }),
    step("s2", "title", { args: { text: "all" }, when: { $ref: "s1.result.3.count", equals: 1_111 } }),
  );
  const holdAtThird = app.executed(2).then(() => release = app.hold());
  const runId = await begin(bus, plan);
  await holdAtThird;
  await app.executed(3);
  await doomed.nc.close();
  await first[Symbol.asyncDispose]();
  await using _second = await startConductor({ bus, ...QUICK });
  release();
  const run = await ended(bus, runId);
  assert.equal(run.status, "succeeded");
  assert.equal(app.count, 1_111);
  assert.equal(app.double.executions.filter(({ command }) => command === "add").length, 4);
  assert.equal(run.steps["s2"]?.status, "succeeded");
});
