import assert from "node:assert/strict";
import { startConductor } from "../mod.ts";
import {
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

Deno.test("a step runs where its condition holds, and is left out where it does not; the run succeeds", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const when = (greaterThan: number) => ({ $ref: "s1.result.count", greaterThan });
  const run = await ended(
    bus,
    await begin(
      bus,
      planOf(
        step("s1", "add", { args: { by: 5 } }),
        step("s2", "add", { when: when(4), dependsOn: ["s1"] }),
        step("s3", "add", { when: when(5), dependsOn: ["s2"] }),
        step("s4", "add", { args: { by: { $ref: "s3.result.count" } }, dependsOn: ["s3"] }),
        step("s5", "add", { dependsOn: ["s4"] }),
      ),
    ),
  );
  assert.deepEqual(statuses(run), {
    s1: "succeeded",
    s2: "succeeded",
    s3: "skipped",
    s4: "skipped",
    s5: "succeeded",
  });
  assert.equal(run.status, "succeeded");
  assert.deepEqual([run.steps["s3"]?.cause, run.steps["s4"]?.cause], ["condition", "condition"]);
  assert.match(run.steps["s3"]?.reason ?? "", /condition does not hold/);
  assert.equal(app.count, 7);
});

Deno.test("what was left out on purpose stays left out when another conductor takes the run over", async () => {
  await using studio = await startBus();
  const { bus, nats } = studio;
  await using app = await startCounter(bus);
  const doomed = await nats.connect("doomed");
  const first = await startConductor({ bus: doomed, ...QUICK });
  const release = app.hold();
  const plan = planOf(
    step("s1", "title", { args: { text: "a" } }),
    step("s2", "title", { args: { text: "b" }, when: { $ref: "s1.result.text", equals: "b" } }),
    step("s3", "add", { dependsOn: ["s2"] }),
    step("s4", "title", { args: { text: { $ref: "s2.result.text" } } }),
  );
  const runId = await begin(bus, plan);
  await logged(bus, runId, (event) => event.type === "STEP_STARTED" && event.stepId === "s3");
  await doomed.nc.close();
  await first[Symbol.asyncDispose]();
  await using _second = await startConductor({ bus, ...QUICK });
  release();
  const run = await ended(bus, runId);
  assert.deepEqual(statuses(run), { s1: "succeeded", s2: "skipped", s3: "succeeded", s4: "skipped" });
  assert.equal(run.status, "succeeded");
  assert.equal((await events(bus, runId)).filter(({ type }) => type === "STEP_SKIPPED").length, 2);
});
