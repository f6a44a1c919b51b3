import assert from "node:assert/strict";
import { newId, PatchbayError, type Plan, type Run, toProblem } from "@patchbay/contracts";
import { describeOutcome, describeRun, describeSummary, isNotDone, titleOf } from "./run_text.ts";

const step = (id: string, command: string, args: Plan["steps"][number]["args"] = {}): Plan["steps"][number] => ({
  id,
  app: "blender",
  command,
  args,
  dependsOn: [],
  onError: "stop",
});
const plan: Plan = {
  id: newId(),
  instruction: "add a cube\u001b[2J",
  steps: [step("s1", "create_object"), step("s2", "render_image"), step("s3", "save_file")],
  provenance: { provider: "hand", createdAt: 0 },
};
const run: Run = {
  id: newId(),
  plan,
  status: "running",
  correlationId: newId(),
  startedAt: 0,
  steps: {
    s1: { status: "succeeded", bridge: "ws-07", durationMs: 12.4, value: { name: "Cube" } },
    s2: { status: "failed", problem: toProblem(new PatchbayError("BRIDGE_OFFLINE", "it is away")) },
    s3: { status: "pending", waiting: "waits for blender.ws-07" },
  },
};

Deno.test("a run is told step by step, with what to do about what failed and how to follow it", () => {
  const lines = describeRun(run).split("\n");
  assert.deepEqual(lines.slice(0, 4), [
    "running: add a cube?[2J",
    "began 1970-01-01 00:00:00Z",
    "  ✓ s1 create_object on blender.ws-07, 12 ms: Cube",
    "  ✗ s2 render_image",
  ]);
  assert.match(lines[4]!, /BRIDGE_OFFLINE: it is away/);
  assert.match(lines[5]!, /What to do: Start the bridge/);
  assert.match(lines[7]!, /waits: waits for blender\.ws-07/);
  assert.equal(lines.at(-1), `To follow it: patchbay runs ${run.id} --follow`);
});

Deno.test("an undo says what it takes back, and what it could not is not said to be done", () => {
  assert.equal(titleOf(step("u1", "_undo", { command: "create_object" })), "u1 take back create_object");
  assert.equal(titleOf(step("r1", "_redo", { command: "create_object" })), "r1 do create_object again");
  const left = { done: false, reason: "something lies on top" };
  assert.equal(isNotDone(left), true);
  assert.equal(describeOutcome(left), ": something lies on top");
  assert.equal(isNotDone({ name: "Cube" }), false);
});

Deno.test("a run is one line: which, where it stands, since when, and what for", () => {
  const { id, startedAt } = run;
  const line = describeSummary({ id, planId: plan.id, kind: "run", status: "succeeded", startedAt, steps: 1 });
  assert.equal(line, `${id}  succeeded          1970-01-01 00:00:00Z  1 step`);
});
