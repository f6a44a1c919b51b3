import assert from "node:assert/strict";
import { planTheRest } from "./plan_rest.ts";
import type { StepRun } from "./runs.ts";
import type { Step } from "./plan_step.ts";
import { cube, planOf, step, world } from "./test_stage.ts";

const rest = (before: [Step, StepRun["status"], StepRun["cause"]?][], steps: Step[]) =>
  planTheRest(
    {
      plan: planOf(...before.map(([step]) => step)),
      steps: Object.fromEntries(
        before.map(([{ id }, status, cause]) => [id, { status, ...(cause === undefined ? {} : { cause }) }]),
      ),
    },
    steps,
    world,
  );
const before: Parameters<typeof rest>[0] = [
  [cube("s1"), "succeeded"],
  [cube("s2", { name: { $ref: "s1.result.name" } }, { onError: "replan" }), "failed"],
  [cube("s3", { name: { $ref: "s2.result.name" } }), "pending"],
];

Deno.test("what has ended stays, what was to come is replaced, and writes come after those that were done", () => {
  const found = rest(before, [
    cube("s3", { at: { $ref: "s1.result.at" } }),
    cube("n2", {}, { when: { $ref: "s1.result.size", atLeast: 1 } }),
  ]);
  assert.ok(found.ok, JSON.stringify(found));
  assert.deepEqual(found.plan.steps.map(({ id, dependsOn }) => [id, dependsOn]), [
    ["s1", []],
    ["s2", []],
    ["s3", []],
    ["n2", ["s3"]],
  ]);
  assert.deepEqual(found.steps.map(({ id }) => id), ["s3", "n2"]);
});

Deno.test("a new step has no name of one that has ended, and refers to nothing that did not succeed", () => {
  const found = rest(before, [
    cube("s1"),
    cube("n2", { name: { $ref: "s2.result.name" } }, { dependsOn: ["s1"] }),
    step("n3", "measure", { from: { $ref: "s3.result.name" } }),
  ]);
  assert.ok(!found.ok);
  const wrong = found.issues.filter(({ code }) => code !== "conflict");
  assert.deepEqual(wrong.map(({ code, path }) => `${code} ${path.join(".")}`), [
    "duplicate steps.0.id",
    "reference steps.1.args.name",
    "reference steps.2.args.from",
  ]);
});

Deno.test("nothing waits for a step that failed, and what was left out on purpose still orders", () => {
  const found = rest([
    [cube("s1"), "succeeded"],
    [cube("s2", {}, { dependsOn: ["s1"] }), "skipped", "condition"],
    [cube("s3", {}, { dependsOn: ["s2"] }), "succeeded"],
    [cube("s4", {}, { dependsOn: ["s3"] }), "failed"],
  ], [cube("n1")]);
  assert.ok(found.ok, JSON.stringify(found));
  assert.deepEqual(found.steps[0]?.dependsOn, ["s3"]);
});

Deno.test("an empty rest is a rest", () => {
  const found = rest(before, []);
  assert.ok(found.ok);
  assert.deepEqual(found.plan.steps.map(({ id }) => id), ["s1", "s2"]);
});
