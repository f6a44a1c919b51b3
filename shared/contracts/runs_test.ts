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
