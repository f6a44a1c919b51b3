import assert from "node:assert/strict";
import { newId, PatchbayError, type Rehearsal, type RehearsedStep, toProblem } from "@patchbay/contracts";
import { describeRehearsal } from "./rehearsal_text.ts";

const step = (more: Partial<RehearsedStep>): RehearsedStep => ({
  stepId: "s1",
  app: "blender",
  command: "create_object",
  status: "succeeded",
  effect: "write",
  risk: "low",
  undo: "app",
  durationMs: 12.4,
  durationFrom: "measured",
  changes: [],
  moreChanges: 0,
  ...more,
});
const rehearsal: Rehearsal = {
  planId: newId(),
  digest: `sha256:${"0".repeat(64)}`,
  at: 0,
  tookMs: 420,
  ok: false,
  expectedMs: 1_250,
  stages: [{
    app: "blender",
    bridge: "ws-07",
    revision: 41,
    notes: ["The lens is not known: 50 mm is taken for: 'Eye'."],
  }],
  steps: [
    step({
      changes: [
        { kind: "added", object: "object 'Hero'", path: "/objects/Hero", after: {} },
        { kind: "changed", object: "file", path: "/file", before: { dirty: false }, after: { dirty: true } },
        { kind: "changed", object: "active camera", path: "/active_camera", before: null, after: "Eye" },
      ],
      moreChanges: 3,
    }),
    step({
      stepId: "s2",
      status: "failed",
      risk: "high",
      undo: "none",
      problem: toProblem(new PatchbayError("NOT_FOUND", "There is no object 'Bad\u001b[31m'", { remedy: "Look." })),
    }),
    step({ stepId: "s3", status: "skipped", reason: "step 's2' failed" }),
    step({ stepId: "s4", status: "unrehearsed", reason: "there is no simulator", durationFrom: "manifest", rounds: 2 }),
  ],
};

Deno.test("a rehearsal says of each step what it would change, what it risks, how it is undone and how long it takes", () => {
  assert.deepEqual(describeRehearsal(rehearsal).split("\n"), [
    "Rehearsed in 0.4 s on blender.ws-07 (revision 41)",
    "  ! The lens is not known: 50 mm is taken for: 'Eye'.",
    "  ✓ s1 blender.create_object  low risk, undone by the application, 12 ms as measured",
    "      + object 'Hero'",
    "      ~ file: dirty false -> true",
    "      ~ active camera: null -> Eye",
    "      … and 3 more",
    "  ✗ s2 blender.create_object  high risk, cannot be undone, 12 ms as measured",
    "      NOT_FOUND: There is no object 'Bad?[31m'",
    "      What to do: Look.",
    "  - s3 blender.create_object  skipped: step 's2' failed",
    "  ? s4 blender.create_object  2 rounds, low risk, undone by the application, 12 ms at most",
    "      not rehearsed: there is no simulator",
    "It would not go well; a run should take 1.3 s. Nothing was changed.",
  ]);
});

Deno.test("many changes of one step are counted", () => {
  const changes = Array.from({ length: 30 }, (_, i) => ({ kind: "added", object: `o${i}`, path: "" } as const));
  const text = describeRehearsal({ ...rehearsal, ok: true, steps: [step({ changes })], moreSteps: 5 });
  assert.match(text, /… and 18 more\n {2}… and 5 more steps\nIt would go well/);
});
