import assert from "node:assert/strict";
import type { Condition } from "./plan_conditions.ts";
import { planGraph } from "./plan_graph.ts";
import { cube, issuesOf, planOf, step } from "./test_stage.ts";

const check = (when: unknown) =>
  issuesOf(planOf(
    cube("s1"),
    step("s2", "measure"),
    step("s3", "add", { type: "cube", name: { $item: "" } }, { forEach: ["a", "b"], dependsOn: ["s1"] }),
    step("s4", "measure", {}, { when: when as Condition }),
  ));

Deno.test("a condition that compares what can be there with what it can be holds", () => {
  const fine: Condition[] = [
    { $ref: "s1.result.size", greaterThan: 1, notEquals: 4 },
    { $ref: "s1.result.kind", equals: "cone" },
    { $ref: "s1.result.name", contains: "ube", oneOf: ["Cube", "Tube"] },
    { $ref: "s1.result.tags", contains: "red" },
    { $ref: "s1.result.at", equals: [0, 0, 0], exists: true },
    { $ref: "s2#/result/Exchange Rate", atMost: 3 },
    { $ref: "s3.result.1.name", equals: "b" },
    { $ref: "s3.result", exists: true },
    { all: [{ any: [{ not: { $ref: "s1.result.size", lessThan: 2 } }] }] },
  ];
  for (const when of fine) assert.deepEqual(check(when), [], JSON.stringify(when));
});

Deno.test("a condition is refused where it refers to what cannot be", () => {
  assert.deepEqual(check({ $ref: "s9.result", exists: true }), ["reference s4 steps.3.when.$ref"]);
  assert.deepEqual(check({ $ref: "s1.result.nothing", exists: false }), ["reference s4 steps.3.when.$ref"]);
  assert.deepEqual(check({ $ref: "s3.result.2.name", equals: "b" }), ["reference s4 steps.3.when.$ref"]);
  assert.deepEqual(check({ $ref: "s1.result.constructor", equals: 1 }), ["reference s4 steps.3.when.$ref"]);
  assert.deepEqual(check({ all: [{ $ref: "s1.result", exists: true }, { not: { $ref: "?", exists: true } }] }), [
    "reference s4 steps.3.when.all.1.not.$ref",
  ]);
});

Deno.test("a condition is refused where it compares what can never be the same", () => {
  const binding = (when: unknown, place: string) =>
    assert.deepEqual(check(when), [`binding s4 steps.3.when${place}`], JSON.stringify(when));
  binding({ $ref: "s1.result.name", greaterThan: 3 }, ".greaterThan");
  binding({ $ref: "s1.result.tags", atMost: 3 }, ".atMost");
  binding({ $ref: "s1.result.kind", equals: "sphere" }, ".equals");
  binding({ $ref: "s1.result.name", notEquals: 3 }, ".notEquals");
  binding({ $ref: "s1.result.name", oneOf: ["a", 7] }, ".oneOf.1");
  binding({ $ref: "s1.result.tags", contains: 7 }, ".contains");
  binding({ $ref: "s1.result.size", contains: 7 }, ".contains");
  binding({ $ref: "s3.result", equals: "a" }, ".equals");
  binding({ any: [{ $ref: "s1.result.name", lessThan: 3 }] }, ".any.0.lessThan");
  binding({ $ref: "s1.result.name" }, "");
});

Deno.test("what a condition refers to is waited for, and may close a circle", () => {
  const when: Condition = {
    any: [{ $ref: "s1.result.size", atLeast: 1 }, { not: { $ref: "s3.result", exists: true } }],
  };
  const steps = [step("s1", "add", { type: "cube" }), step("s2", "measure", {}, { when }), step("s3", "measure")];
  assert.deepEqual(planGraph(steps).dependencies, [[], [0, 2], []]);
  assert.deepEqual(issuesOf(planOf(step("s1", "measure", {}, { when: { $ref: "s1.result", exists: true } }))), [
    "cycle s1 steps.0",
  ]);
});
