import assert from "node:assert/strict";
import {
  ask,
  begin,
  ended,
  events,
  planOf,
  settled,
  startCounter,
  startStudio,
  statuses,
  step,
} from "../testing/counter_studio.ts";

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
