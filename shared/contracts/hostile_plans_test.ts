import assert from "node:assert/strict";
import { MAX_REFERENCE_LENGTH } from "./plan_references.ts";
import type { Step } from "./plan_step.ts";
import { orderWrites, validatePlan } from "./plan_validation.ts";
import { cube, issuesOf, manifests, planOf, step, world } from "./test_stage.ts";

Deno.test("a giant reference is refused, and told of in a few words", () => {
  for (
    const text of [
      `s1.result${".a".repeat(500_000)}`,
      `s1#/result${"/~1~0".repeat(200_000)}`,
      `${"s".repeat(1_000_000)}.result`,
      `s1.result.${"a".repeat(MAX_REFERENCE_LENGTH)}`,
    ]
  ) {
    const checked = validatePlan(planOf(cube("s1"), step("s2", "measure", { from: { $ref: text } })), world);
    assert.ok(!checked.ok);
    assert.deepEqual(checked.issues.map(({ code, path }) => [code, path.join(".")]), [
      ["reference", "steps.1.args.from"],
    ]);
    assert.ok(checked.issues[0]!.message.length < 300);
  }
});

Deno.test("a hundred thousand references in one step are each looked at", () => {
  const many = Array.from({ length: 100_000 }, (_, i) => ({ $ref: i % 2 === 0 ? "s1.result.name" : `s${i}.result` }));
  const plan = planOf(cube("s1"), step("s2", "measure", { many }));
  const checked = validatePlan(plan, world);
  assert.ok(!checked.ok);
  assert.equal(checked.issues.length, 49_999, "all but those that name s1");
  assert.deepEqual(checked.issues[0]!.path, ["steps", 1, "args", "many", 3]);
});

Deno.test("names of prototypes are names like others", () => {
  const args: Record<string, unknown> = JSON.parse(
    '{"__proto__":{"$ref":"s1.result.name"},"constructor":{"$item":""}}',
  );
  assert.deepEqual(issuesOf(planOf(cube("s1"), step("s2", "measure", args))), [
    "reference s2 steps.1.args.constructor",
  ]);
  for (const id of ["constructor", "toString", "hasOwnProperty", "valueOf"]) {
    const plan = planOf(cube(id), cube("s2", { name: { $ref: `${id}.result.name` } }));
    assert.deepEqual(issuesOf(plan), [], id);
    assert.deepEqual(issuesOf(planOf(cube("s1"), step("s2", "measure", {}, { dependsOn: [id] }))), [
      "reference s2 steps.1.dependsOn.0",
    ]);
    assert.deepEqual(issuesOf(planOf({ ...cube("s1"), app: id.toLowerCase() })), ["unknown_app s1 steps.0.app"]);
    assert.deepEqual(issuesOf(planOf(step("s1", id))), ["unknown_command s1 steps.0.command"]);
  }
});

Deno.test("many parts of many items are looked at in bounded time", () => {
  const forEach = Array.from({ length: 1_000 }, () => ({ n: "a" }));
  const args = { many: Array.from({ length: 20_000 }, () => ({ $item: "/n" })) };
  assert.deepEqual(issuesOf(planOf(step("s1", "measure", args, { forEach }))), []);
});

const n = 10_000;
const names = Array.from({ length: n }, (_, i) => `s${i}`);
const LARGE: Record<string, { steps: Step[]; issues: string[] }> = {
  "a chain through conditions": {
    steps: names.map((id, i) => cube(id, {}, i === 0 ? {} : { when: { $ref: `s${i - 1}.result.size`, atLeast: 0 } })),
    issues: [],
  },
  "a chain through lists": {
    steps: names.map((id, i) =>
      cube(
        id,
        i === 0 ? {} : { name: { $item: "" } },
        i === 0 ? {} : {
          forEach: { $ref: i === 1 ? "s0.result.tags" : `s${i - 1}.result.0.tags` },
        },
      )
    ),
    issues: [],
  },
  "all wait for the first": {
    steps: names.map((id, i) => step(id, "measure", i === 0 ? {} : { from: { $ref: "s0.result.x" } })),
    issues: names.slice(1).map((id, i) => `binding ${id} steps.${i + 1}.args.from`),
  },
  "all refer to nobody": {
    steps: names.map((id) => step(id, "measure", { from: { $ref: "ghost.result" } })),
    issues: names.map((id, i) => `reference ${id} steps.${i}.args.from`),
  },
  "all have one name": {
    steps: names.map(() => step("s", "measure")),
    issues: names.slice(1).map((_, i) => `duplicate s steps.${i + 1}.id`),
  },
  "all are of no application": {
    steps: names.map((id) => ({ ...step(id, "measure"), app: "theatre" })),
    issues: names.map((id, i) => `unknown_app ${id} steps.${i}.app`),
  },
  "as many applications as steps": {
    steps: names.map((id, i) => ({ ...step(id, "measure"), app: `theatre${i >> 1}` })),
    issues: names.map((id, i) => `unknown_app ${id} steps.${i}.app`),
  },
  "half as many bridges as steps, and one for any": {
    steps: [
      cube("first"),
      ...names.slice(1).map((id, i) => cube(id, {}, { bridge: `b${i % 5_000}`, dependsOn: ["first"] })),
    ],
    issues: [],
  },
  "one circle through references": {
    steps: names.map((id, i) => cube(id, { at: { $ref: `s${(i + n - 1) % n}.result.at` } })),
    issues: ["cycle s0 steps.0"],
  },
};

for (const [what, { steps, issues }] of Object.entries(LARGE)) {
  Deno.test(`ten thousand steps are looked at: ${what}`, () => {
    const found = issuesOf(orderWrites(planOf(...steps), manifests));
    assert.deepEqual(found, issues);
  });
}
