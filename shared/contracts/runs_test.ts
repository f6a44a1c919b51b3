import assert from "node:assert/strict";
import fc from "fast-check";
import { newId } from "./ids.ts";
import type { Plan } from "./plan.ts";
import { toProblem } from "./problem.ts";
import { PatchbayError } from "./patchbay_error.ts";
import { RunEvent } from "./run_events.ts";
import { applyRunEvent, foldRunEvents, Run } from "./runs.ts";

const plan: Plan = {
  id: newId(),
  steps: ["s1", "constructor"].map((id) => ({
    id,
    app: "counter",
    command: "increment",
    args: {},
    dependsOn: [],
    onError: "stop",
  })),
  provenance: { provider: "hand", createdAt: 1 },
};
const started: RunEvent = { type: "RUN_STARTED", at: 1, runId: newId(), plan, correlationId: newId() };
const commandId = newId();
const problem = toProblem(new PatchbayError("BRIDGE_OFFLINE", "away"));

const stepEvent = fc.record({ at: fc.nat(), stepId: fc.constantFrom("s1", "constructor") }).chain((of) =>
  fc.constantFrom<RunEvent>(
    { ...of, type: "STEP_STARTED", bridge: "any", commandId },
    { ...of, type: "STEP_FINISHED", bridge: "ws-01", value: { count: 1 }, durationMs: 1.5 },
    { ...of, type: "STEP_ERROR", problem },
    { ...of, type: "STEP_SKIPPED", reason: "s1 failed" },
    { ...of, type: "STEP_CANCELLED" },
    { at: of.at, type: "RUN_CANCEL_REQUESTED", reason: "enough" },
    { at: of.at, type: "RUN_FINISHED", status: "succeeded" },
  )
);

Deno.test("a run is the fold of its log, one event at a time or the whole of it", () => {
  fc.assert(fc.property(fc.array(stepEvent), (events) => {
    const log = [started, ...events];
    let run: Run | undefined;
    for (const event of log) run = applyRunEvent(run, event);
    assert.deepEqual(foldRunEvents(log), run);
    assert.deepEqual(Run.parse(JSON.parse(JSON.stringify(run))), run);
  }));
});

Deno.test("every event of a run comes out of JSON as it went in", () => {
  fc.assert(fc.property(stepEvent, (event) => {
    assert.deepEqual(RunEvent.parse(JSON.parse(JSON.stringify(event))), event);
  }));
});

Deno.test("applying an event leaves the run that it was applied to as it was", () => {
  const run = applyRunEvent(undefined, started);
  const before = structuredClone(run);
  applyRunEvent(run, { type: "STEP_STARTED", at: 2, stepId: "s1", bridge: "any", commandId });
  assert.deepEqual(run, before);
});

Deno.test("a log that begins in the middle, or names a step that is not there, is refused", () => {
  assert.throws(() => applyRunEvent(undefined, { type: "RUN_FINISHED", at: 1, status: "failed" }), RangeError);
  assert.throws(() => foldRunEvents([started, { type: "STEP_CANCELLED", at: 1, stepId: "toString" }]), RangeError);
});

Deno.test("a run remembers that an end was asked for", () => {
  const run = foldRunEvents([started, { type: "RUN_CANCEL_REQUESTED", at: 5, reason: "enough" }]);
  assert.equal(run?.cancelRequestedAt, 5);
  assert.equal(run?.cancelReason, "enough");
  assert.equal(run?.status, "running");
});

Deno.test("a run that got another plan keeps what has ended, and knows which failures that stands for", () => {
  const [first, second] = plan.steps;
  const asking = { ...plan, steps: [{ ...first!, onError: "replan" as const }, second!] };
  const other = { ...plan, steps: [asking.steps[0]!, { ...second!, id: "n1" }] };
  const digest = `sha256:${"0".repeat(64)}`;
  const run = foldRunEvents([
    { ...started, plan: asking },
    { type: "STEP_STARTED", at: 2, stepId: "s1", bridge: "any", commandId },
    { type: "STEP_ERROR", at: 3, stepId: "s1", problem },
    { type: "RUN_PAUSED", at: 4, reason: "somebody must look at it", digest },
    { type: "RUN_REPLANNED", at: 4, plan: other, because: "s1", digest },
  ])!;
  assert.deepEqual(Object.entries(run.steps).map(([id, { status }]) => [id, status]), [["s1", "failed"], [
    "n1",
    "pending",
  ]]);
  assert.deepEqual([run.status, run.awaiting, run.replanned, run.replaced], ["awaiting_approval", digest, 1, ["s1"]]);
  const approval = { digest, by: { key: "k1", name: "Kim" }, at: 5, expiresAt: 6 };
  const resumed = applyRunEvent(run, { type: "RUN_RESUMED", at: 5, approval });
  assert.deepEqual([resumed.status, resumed.approvals], ["running", [approval]]);
});

Deno.test("a step with rounds has their values, in their order, whenever they came", () => {
  const of = { at: 2, stepId: "s1" };
  const finished = (round: number): RunEvent => ({
    ...of,
    type: "STEP_FINISHED",
    round,
    bridge: "ws-01",
    value: round * 10,
    durationMs: 1,
  });
  const begun: RunEvent[] = [started, { ...of, type: "STEP_STARTED", bridge: "any", commandId, rounds: 2 }];
  const rounds: RunEvent[] = [0, 1].map((round) => ({
    ...of,
    type: "STEP_STARTED",
    round,
    bridge: "ws-01",
    commandId,
  }));
  const whole: RunEvent = { ...of, type: "STEP_FINISHED", bridge: "ws-01", value: null, durationMs: 2 };
  const run = foldRunEvents([...begun, ...rounds, finished(1), finished(0), whole])!;
  assert.deepEqual(run.steps["s1"]?.value, [0, 10]);
  assert.equal(run.steps["s1"]?.status, "succeeded");
  assert.throws(() => foldRunEvents([...begun, finished(2)]), /has no round 2/);
});
