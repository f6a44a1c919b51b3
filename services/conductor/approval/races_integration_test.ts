/** Approving beside cancelling, rejecting and changing, and at several conductors at once. */
import assert from "node:assert/strict";
import type { RunEvent } from "@patchbay/contracts";
import { ask, codeOf, type Desk, ended, kim, lee, planOf, save, startDesk, untilPlan } from "./test_desk.ts";

const ROUNDS = 12;

/** Asks for a run, and lets an approval meet something else; what came of both. */
async function meet(
  { bus }: Desk,
  other: (saved: { planId: string; digest: string }, runId: string) => Promise<unknown>,
  round: number,
) {
  const saved = await save(bus, planOf(["burn"]));
  const { runId } = await ask(bus, "run_plan", { planId: saved.planId, by: kim });
  const both = [() => ask(bus, "approve_plan", { ...saved, by: lee }), () => other(saved, runId)];
  // each of them is first now and then
  const outcomes = await Promise.allSettled((round % 2 === 0 ? both : both.toReversed()).map((start) => start()));
  const [approved, othered] = (round % 2 === 0 ? outcomes : outcomes.toReversed()).map(codeOf);
  return { saved, runId, approved, othered };
}

const times = (events: readonly RunEvent[], type: RunEvent["type"]) =>
  events.filter((event) => event.type === type).length;

Deno.test("an approval that meets a cancellation begins the run before it is cancelled, or is refused; never half of it", async () => {
  await using desk = await startDesk();
  await using _second = await desk.conduct(await desk.nats.connect("second"));
  for (let round = 0; round < ROUNDS; round++) {
    const before = desk.app.executions.length;
    const cancel = (_: unknown, runId: string) => ask(desk.bus, "cancel_run", { runId, by: kim });
    const { saved, runId, approved, othered } = await meet(desk, cancel, round);
    assert.ok(approved === "ok" || approved === "CONFLICT", approved);
    const log = await ended(desk.bus, runId);
    assert.equal(times(log, "RUN_STARTED"), 1);
    assert.equal(times(log, "RUN_FINISHED"), 1);
    const [started, last] = [log[0], log.at(-1)];
    assert.ok(started?.type === "RUN_STARTED" && last?.type === "RUN_FINISHED");
    assert.equal(started.approvals?.length, approved === "ok" ? 1 : undefined);
    // a run that has ended meanwhile cannot be cancelled; one whose last step was done already has succeeded nevertheless
    assert.equal(othered, times(log, "RUN_CANCEL_REQUESTED") === 1 ? "ok" : "CONFLICT");
    if (othered === "CONFLICT") assert.equal(last.status, "succeeded");
    if (approved === "CONFLICT") assert.equal(last.status, "cancelled");
    if (approved === "CONFLICT") assert.equal(desk.app.executions.length, before);
    const record = await untilPlan(desk.bus, saved.planId, ({ status }) => status !== "running");
    assert.equal(record.status, last.status);
  }
});

Deno.test("an approval that meets a rejection: one of them wins, the other is told", async () => {
  await using desk = await startDesk();
  await using _second = await desk.conduct(await desk.nats.connect("second"));
  for (let round = 0; round < ROUNDS; round++) {
    const before = desk.app.executions.length;
    const reject = (saved: { planId: string; digest: string }) => ask(desk.bus, "reject_plan", { ...saved, by: kim });
    const { runId, approved, othered } = await meet(desk, reject, round);
    assert.deepEqual([approved, othered].sort(), ["CONFLICT", "ok"]);
    const last = (await ended(desk.bus, runId)).at(-1);
    assert.ok(last?.type === "RUN_FINISHED");
    assert.equal(last.status, approved === "ok" ? "succeeded" : "cancelled");
    assert.equal(desk.app.executions.length - before, approved === "ok" ? 1 : 0);
  }
});

Deno.test("an approval that meets a change runs the plan that was approved, or is refused", async () => {
  await using desk = await startDesk();
  await using _second = await desk.conduct(await desk.nats.connect("second"));
  for (let round = 0; round < ROUNDS; round++) {
    const change = ({ planId }: { planId: string }) => save(desk.bus, planOf(["burn", "burn"], undefined, planId));
    const { saved, runId, approved, othered } = await meet(desk, change, round);
    if (approved === "ok") {
      const [started] = await ended(desk.bus, runId);
      assert.ok(started?.type === "RUN_STARTED" && started.plan.steps.length === 1);
      // once the run is over, the plan may be changed
      assert.ok(othered === "CONFLICT" || othered === "ok");
    } else {
      assert.deepEqual([approved, othered], ["CONFLICT", "ok"]);
      const { status, approvals = [] } = await ask(desk.bus, "plan", { id: saved.planId });
      assert.deepEqual([status, approvals.length], ["awaiting_approval", 0]);
    }
  }
});

Deno.test("approvals that two conductors get at once are both kept, and the run begins once", async () => {
  await using desk = await startDesk();
  await using _second = await desk.conduct(await desk.nats.connect("second"));
  for (let round = 0; round < ROUNDS; round++) {
    const before = desk.app.executions.length;
    const saved = await save(desk.bus, planOf(["burn", "burn", "burn"]));
    const { runId } = await ask(desk.bus, "run_plan", { planId: saved.planId });
    const one = (step: string) => ask(desk.bus, "approve_plan", { ...saved, steps: [step], by: kim });
    const answers = await Promise.all(["s1", "s2", "s3"].map(one));
    assert.deepEqual(answers.flatMap(({ runId }) => runId ?? []), [runId]);
    const log = await ended(desk.bus, runId);
    assert.equal(times(log, "RUN_STARTED"), 1);
    assert.equal(desk.app.executions.length - before, 3);
  }
});

Deno.test("many who ask for one plan at once get one run of it", async () => {
  await using desk = await startDesk();
  await using _second = await desk.conduct(await desk.nats.connect("second"));
  const { planId } = await save(desk.bus, planOf(["burn"]));
  const asked = await Promise.all(Array.from({ length: 8 }, () => ask(desk.bus, "run_plan", { planId })));
  assert.equal(new Set(asked.map(({ runId }) => runId)).size, 1);
  const { planId: free } = await save(desk.bus, planOf(["tidy"]));
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, () => ask(desk.bus, "run_plan", { planId: free })),
  );
  const begun = outcomes.filter(({ status }) => status === "fulfilled").length;
  const runs = desk.app.executions.length;
  await untilPlan(desk.bus, free, ({ status }) => status === "succeeded");
  assert.ok(begun >= 1 && runs <= begun);
  for (const code of outcomes.map(codeOf)) assert.ok(code === "ok" || code === "CONFLICT", code);
});
