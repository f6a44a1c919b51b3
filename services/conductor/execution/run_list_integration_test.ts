import assert from "node:assert/strict";
import { ask, begin, ended, planOf, startCounter, startStudio, step } from "../testing/counter_studio.ts";

Deno.test("runs are listed, the last that began first, all or those of one plan", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const plan = { ...planOf(step("s1", "get"), step("s2", "get")), instruction: "count twice" };
  const first = await begin(bus, plan);
  await ended(bus, first);
  const other = await begin(bus, planOf(step("s1", "fail")));
  await ended(bus, other);
  const release = app.hold();
  const running = await begin(bus, planOf(step("s1", "add")));
  await app.executed(3);
  const { runs } = await ask(bus, "runs", {});
  assert.deepEqual(runs.map(({ id, status }) => [id, status]), [
    [running, "running"],
    [other, "failed"],
    [first, "succeeded"],
  ]);
  const { startedAt, finishedAt = 0, ...facts } = runs[2]!;
  assert.ok(startedAt <= finishedAt);
  assert.deepEqual(facts, {
    id: first,
    planId: plan.id,
    kind: "run",
    instruction: "count twice",
    status: "succeeded",
    steps: 2,
  });
  assert.deepEqual((await ask(bus, "runs", { limit: 1 })).runs.map(({ id }) => id), [running]);
  assert.deepEqual((await ask(bus, "runs", { planId: plan.id })).runs.map(({ id }) => id), [first]);
  release();
  await ended(bus, running);
});

Deno.test("an undo is listed where it began, not with the run that it takes back", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using _app = await startCounter(bus);
  const first = await begin(bus, planOf(step("s1", "add")));
  await ended(bus, first);
  const second = await begin(bus, planOf(step("s1", "get")));
  await ended(bus, second);
  const { runId: undo } = await ask(bus, "undo_run", { runId: first });
  await ended(bus, undo);
  assert.deepEqual((await ask(bus, "runs", {})).runs.map(({ id }) => id), [undo, second, first]);
  assert.deepEqual((await ask(bus, "runs", { limit: 1 })).runs.map(({ id }) => id), [undo]);
});
