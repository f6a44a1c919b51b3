import assert from "node:assert/strict";
import { newId, type Rehearsal, type RehearsedStep } from "@patchbay/contracts";
import { whatFits } from "./what_fits.ts";

const change = { kind: "changed", object: "object 'Ä'", path: "/a", before: "ü".repeat(100), after: "b" } as const;
const step = (i: number): RehearsedStep => ({
  stepId: `s${i}`,
  app: "a",
  command: "c",
  status: "succeeded",
  effect: "write",
  risk: "low",
  undo: "app",
  durationMs: 1,
  durationFrom: "simulated",
  changes: [change, change],
  moreChanges: 1,
  value: { text: "v".repeat(200) },
});
const rehearsal: Rehearsal = {
  planId: newId(),
  digest: `sha256:${"0".repeat(64)}`,
  at: 0,
  tookMs: 0,
  ok: true,
  expectedMs: 0,
  stages: [],
  steps: Array.from({ length: 50 }, (_, i) => step(i)),
};
const size = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;

Deno.test("a rehearsal that fits stays as it is; one that does not loses what says least, and says so", () => {
  assert.deepEqual(whatFits(rehearsal, size(rehearsal) + 200), rehearsal);
  for (const most of [40_000, 25_000, 15_000, 5_000, 1_000]) {
    const fitted = whatFits(rehearsal, most);
    assert.ok(size(fitted) <= most, `${size(fitted)} of ${most}`);
    assert.equal(fitted.steps.length + (fitted.moreSteps ?? 0), 50);
    for (const { changes, moreChanges } of fitted.steps) assert.equal(changes.length + moreChanges, 3);
  }
  assert.equal(whatFits(rehearsal, 25_000).steps[0]!.changes[0]?.object, "object 'Ä'");
});
