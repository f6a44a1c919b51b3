import assert from "node:assert/strict";
import type { Plan } from "@patchbay/contracts";
import { newId } from "@patchbay/contracts";
import { describeAnswer, describePlan, describeValue } from "./plan_text.ts";

Deno.test("a plan prints a line for each step, with references and what it waits for", () => {
  const plan: Plan = {
    id: newId(),
    provenance: { provider: "phrasebook", createdAt: 0 },
    steps: [
      {
        id: "s1",
        app: "blender",
        command: "create_object",
        args: { type: "cube", location: [1, 2, 0.5] },
        dependsOn: [],
        onError: "stop",
      },
      {
        id: "s2",
        app: "blender",
        command: "look_at",
        args: { target: { $ref: "s1.result.name" } },
        dependsOn: [],
        onError: "stop",
      },
    ],
  };
  assert.equal(
    describePlan(plan),
    [
      "Plan: 2 steps, by phrasebook",
      "  s1  blender.create_object  type=cube location=[1,2,0.5]",
      "  s2  blender.look_at        target=<s1.result.name>   after s1",
    ].join("\n"),
  );
});

Deno.test("a step says what it goes through and on what condition", () => {
  const plan: Plan = {
    id: newId(),
    provenance: { provider: "hand", createdAt: 0 },
    steps: [
      {
        id: "s1",
        app: "blender",
        command: "create_object",
        args: { type: "cube", name: { $item: "/name" } },
        forEach: [{ name: "A" }, { name: "B" }],
        dependsOn: [],
        onError: "stop",
      },
      {
        id: "s2",
        app: "blender",
        command: "delete_object",
        args: { object: { $item: "" } },
        forEach: { $ref: "s1.result" },
        when: {
          all: [{ $ref: "s1.result.0.name", notEquals: "A" }, {
            any: [{ not: { $ref: "s1.result.1", exists: true } }, { $ref: "s1.result.1.size", atLeast: 1, atMost: 2 }],
          }],
        },
        dependsOn: [],
        onError: "stop",
      },
    ],
  };
  assert.deepEqual(describePlan(plan).split("\n").slice(1), [
    "  s1  blender.create_object  type=cube name=<item/name>   for each of 2 items",
    "  s2  blender.delete_object  object=<item>   for each of <s1.result>   " +
    'if <s1.result.0.name> notEquals "A" and (not (<s1.result.1> exists true) or ' +
    "<s1.result.1.size> atLeast 1 and atMost 2)   after s1",
  ]);
});

Deno.test("a step tells what it had to add on the way", () => {
  assert.equal(describeValue({ camera_added: true }), "; it needed a camera, which was added");
  assert.equal(describeValue({ name: "Hero", camera_added: false }), ": Hero");
});

Deno.test("a name from inside an application cannot steer the terminal", () => {
  assert.equal(describeValue({ name: "evil\u001b[2J" }), ": evil?[2J");
});

Deno.test("the answer to a query is printed, a long one cut to a screen", () => {
  assert.equal(describeAnswer({ at: [1, 2, 0.5] }), '{\n  "at": [1, 2, 0.5]\n}');
  const lines = describeAnswer(Array.from({ length: 100 }, () => ({}))).split("\n");
  assert.equal(lines.length, 61);
  assert.equal(lines.at(-1), "… 42 more lines");
});
