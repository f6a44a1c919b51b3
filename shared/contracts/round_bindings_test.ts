import assert from "node:assert/strict";
import { ValidationError } from "./patchbay_error.ts";
import { bindItems, bindReferences } from "./bind_references.ts";
import { planGraph } from "./plan_graph.ts";
import { MAX_ROUNDS, type Step } from "./plan_step.ts";
import { cube, issuesOf, planOf, step } from "./test_stage.ts";

const check = (args: Record<string, unknown>, more: Partial<Step>) =>
  issuesOf(planOf(
    cube("s1"),
    step("s2", "render"),
    step("s3", "crowd"),
    cube("s4", args, { dependsOn: ["s1"], ...more }),
  ));
const each = (ref: string) => ({ forEach: { $ref: ref } });

Deno.test("a step may go through a list that is written out, and through one that a step gives", () => {
  assert.deepEqual(check({ name: { $item: "" } }, { forEach: ["a", "b"] }), []);
  assert.deepEqual(
    check({ name: { $item: "/n" }, at: { $item: "/p/0" } }, { forEach: [{ n: "a", p: [[0, 0, 0]] }] }),
    [],
  );
  assert.deepEqual(check({ name: { $item: "" } }, each("s1.result.tags")), []);
  assert.deepEqual(check({ size: { $item: "" } }, each("s1.result.at")), []);
  assert.deepEqual(check({ texture: { $item: "/image" }, name: { $item: "/camera" } }, each("s2.result.views")), []);
  assert.deepEqual(check({ name: { $item: "" } }, { forEach: [] }), []);
});

Deno.test("rounds go through lists only, of a bounded length", () => {
  assert.deepEqual(check({}, each("s1.result.name")), ["binding s4 steps.3.forEach"]);
  assert.deepEqual(check({}, each("s3.result.nobody")), ["binding s4 steps.3.forEach"]);
  assert.deepEqual(check({}, each("s3.result.members")), ["binding s4 steps.3.forEach"]);
  assert.deepEqual(check({}, each("s1.result.nothing")), ["reference s4 steps.3.forEach"]);
  assert.deepEqual(check({}, each("s9.result")), ["reference s4 steps.3.forEach"]);
  assert.deepEqual(check({}, { forEach: Array.from({ length: MAX_ROUNDS + 1 }, () => 1) }), [
    "parse s4 steps.3.forEach",
  ]);
});

Deno.test("each part of an item must be there and fit; of a list that is written out the item is named that does not", () => {
  assert.deepEqual(check({ name: { $item: "" } }, { forEach: ["a", 7, "c"] }), ["binding s4 steps.3.forEach.1"]);
  assert.deepEqual(check({ size: { $item: "/s" } }, { forEach: [{ s: 1 }, {}, { s: -1 }] }), [
    "reference s4 steps.3.forEach.1",
    "binding s4 steps.3.forEach.2.s",
  ]);
  assert.deepEqual(check({ name: { $item: "" } }, each("s1.result.at")), ["binding s4 steps.3.args.name"]);
  assert.deepEqual(check({ name: { $item: "/nowhere" } }, each("s2.result.views")), ["reference s4 steps.3.args.name"]);
  assert.deepEqual(check({ at: { $item: "/camera" } }, each("s2.result.views")), ["binding s4 steps.3.args.at"]);
});

Deno.test("a part of an item is named by a pointer, and only where there is a list", () => {
  assert.deepEqual(check({ name: { $item: "" } }, {}), ["reference s4 steps.3.args.name"]);
  for (const pointer of ["name", "/~", 7, null, { $item: "" }, `/${"a".repeat(2_000)}`]) {
    assert.deepEqual(check({ name: { $item: pointer } }, { forEach: ["a"] }), ["reference s4 steps.3.args.name"]);
  }
  for (const pointer of ["/__proto__", "/constructor", "/length"]) {
    assert.deepEqual(check({ name: { $item: pointer } }, { forEach: ["a"] }), ["reference s4 steps.3.forEach.0"]);
  }
});

Deno.test("a list that is written out holds no references", () => {
  assert.deepEqual(check({}, { forEach: ["a", { n: { $ref: "s1.result.name" } }] }), [
    "reference s4 steps.3.forEach.1.n",
  ]);
});

Deno.test("a step with rounds gives the list of their results", () => {
  const after = (forEach: Step["forEach"], ref: string) =>
    issuesOf(planOf(
      cube("s1"),
      cube("s2", {}, { dependsOn: ["s1"], ...(forEach === undefined ? {} : { forEach }) }),
      cube("s3", { name: { $ref: ref } }, { dependsOn: ["s2"] }),
    ));
  assert.deepEqual(after([1, 2], "s2.result.1.name"), []);
  assert.deepEqual(after([1, 2], "s2.result.2.name"), ["reference s3 steps.2.args.name"]);
  assert.deepEqual(after([1, 2], "s2.result.name"), ["reference s3 steps.2.args.name"]);
  assert.deepEqual(after([1, 2], "s2.result"), ["binding s3 steps.2.args.name"]);
  assert.deepEqual(after({ $ref: "s1.result.tags" }, "s2.result.7.name"), []);
  assert.deepEqual(after({ $ref: "s1.result.tags" }, "s2.result.7.at"), ["binding s3 steps.2.args.name"]);
});

Deno.test("rounds may go through the results of rounds", () => {
  const plan = planOf(
    cube("s1", { name: { $item: "" } }, { forEach: ["a", "b"] }),
    cube("s2", { name: { $item: "/name" } }, { forEach: { $ref: "s1.result" } }),
    cube("s3", { at: { $item: "/name" } }, { forEach: { $ref: "s1.result" }, dependsOn: ["s2"] }),
  );
  assert.deepEqual(issuesOf(plan), ["binding s3 steps.2.args.at"]);
  assert.deepEqual(planGraph(plan.steps).dependencies, [[], [0], [0, 1]]);
});

Deno.test("a round's item is bound, whole and in parts, and never reaches a prototype", () => {
  const args = { name: { $item: "/n" }, all: [{ $item: "" }], x: { $ref: "s1.result.0" } };
  const results = new Map([["s1", [5]]]);
  assert.deepEqual(bindReferences(args, results, { item: { n: "a" } }), { name: "a", all: [{ n: "a" }], x: 5 });
  assert.deepEqual(bindReferences({ a: { $item: "" } }, results, { item: null }), { a: null });
  for (const pointer of ["/__proto__", "/constructor", "/m", "n"]) {
    assert.throws(() => bindReferences({ a: { $item: pointer } }, results, { item: { n: "a" } }), ValidationError);
  }
  assert.throws(() => bindReferences({ a: { $item: "" } }, results), ValidationError);
});

Deno.test("the items of a step's rounds are a list of a bounded length, whoever gives it", () => {
  const results = new Map<string, unknown>([["s1", {
    list: [1, 2],
    text: "ab",
    long: new Array(MAX_ROUNDS + 1).fill(0),
  }]]);
  assert.deepEqual(bindItems([3], results), [3]);
  assert.deepEqual(bindItems({ $ref: "s1.result.list" }, results), [1, 2]);
  for (const ref of ["s1.result.text", "s1.result.long", "s1.result.none", "s2.result", "s1.result"]) {
    assert.throws(() => bindItems({ $ref: ref }, results), ValidationError, ref);
  }
});
