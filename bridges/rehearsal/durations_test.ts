import assert from "node:assert/strict";
import { RehearsedStep } from "@patchbay/contracts";
import { expectedMs, withMeasured } from "./durations.ts";
import { planOf } from "./testing/steps.ts";

const step = (more: Partial<RehearsedStep> = {}): RehearsedStep =>
  RehearsedStep.parse({
    stepId: "s1",
    app: "painter",
    command: "paint",
    status: "succeeded",
    effect: "write",
    risk: "low",
    undo: "app",
    durationMs: 1,
    durationFrom: "simulated",
    changes: [],
    moreChanges: 0,
    ...more,
  });
const durationMs = { mean: 30, p50: 20, p95: 60, max: 90 };
const measured = [{ app: "painter", command: "paint", count: 3, failed: 0, errors: {}, lastAt: 0, durationMs }];

Deno.test("what was measured in the studio counts before what the simulator took", () => {
  assert.deepEqual([step(), step({ command: "save" })].map((one) => withMeasured(one, measured).durationMs), [20, 1]);
  assert.equal(withMeasured(step({ rounds: 20 }), measured).durationMs, 400);
  assert.equal(withMeasured(step({ rounds: 20, effect: "read" }), measured).durationMs, 40);
  assert.equal(withMeasured(step({ status: "skipped", durationMs: 0 }), measured).durationMs, 0);
});

Deno.test("a run takes as long as its longest way", () => {
  const at = (command: string, dependsOn: string[]) => ({ command, dependsOn });
  const plan = planOf(at("a", []), at("b", ["s1"]), at("c", ["s1"]), at("d", ["s2", "s3"]));
  const durations = new Map([["s1", 10], ["s2", 1], ["s3", 100], ["s4", 5]]);
  assert.equal(expectedMs(plan, durations), 115);
});
