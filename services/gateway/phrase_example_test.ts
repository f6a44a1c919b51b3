import assert from "node:assert/strict";
import type { Phrase } from "@patchbay/contracts";
import { phraseExample } from "./phrase_example.ts";

const properties = {
  type: { enum: ["area_light", "cube"] },
  color: { type: "string", slot: "color" },
  object: { type: "string", slot: "object" },
  name: { type: "string", slot: "name" },
  bpm: { type: "number", examples: [120] },
  count: { type: "integer", default: 3 },
  location: { type: "array", default: [0, 0, 1.5] },
};

const example = (phrases: Phrase[], required: string[] = []) =>
  phraseExample({ phrases, args: { properties, required } });

for (
  const [phrase, expected] of [
    ["add [a|an] [new] {type} [named {name}]", "add an area light"],
    ["(add|make) [a] [{color}] cube", "add a cube"],
    ["set [the] tempo to {bpm} [bpm]", "set the tempo to 120"],
    ["copy it {count} times (to|at) {location}", "copy it 3 times to 0 0 1.5"],
    ["paint everything {color}", "paint everything red"],
    ["(delete {object}|clear all)", "clear all"],
    ["delete {object}", undefined],
    ["call it {name}", undefined],
    ["make {nothing} of it", undefined],
    ["undo", undefined],
    ["broken [here", undefined],
  ] as const
) {
  Deno.test(`'${phrase}' is ${expected === undefined ? "no example" : `said as '${expected}'`}`, () => {
    assert.equal(example([phrase]), expected);
  });
}

Deno.test("the first phrase that says all that is needed is the example", () => {
  assert.equal(example(["render it", "add a {type}", "set the tempo to {bpm}"], ["type"]), "add an area light");
  assert.equal(example([{ say: "add a cube", args: { type: "cube" } }], ["type"]), "add a cube");
  // what comes after a word alone is said in a roundabout way
  assert.equal(example(["undo", "undo [the] last {count} steps"]), undefined);
  assert.equal(example([]), undefined);
});
