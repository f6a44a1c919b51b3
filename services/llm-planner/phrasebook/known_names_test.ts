import assert from "node:assert/strict";
import { knownNames } from "./known_names.ts";
import { tokenize } from "./tokens.ts";

const name = { type: "string" };
const schema = {
  type: "object",
  properties: {
    objects: {
      type: "object",
      additionalProperties: {
        type: "object",
        properties: { name: { ...name, slot: "object" }, type: name },
      },
    },
    collections: { type: "object", additionalProperties: { type: "object" } },
    active_camera: name,
  },
};
const state = {
  objects: { Cube: { name: "Cube", type: "MESH" }, "Top Cam": { name: "Top Cam", type: "CAMERA" } },
  collections: { "Props and Co": {} },
  active_camera: "Top Cam",
};

Deno.test("things are what the schema calls objects, each with its kind, and the active one is known", () => {
  const { things } = knownNames([{ state, schema }]);
  assert.deepEqual(things, [
    { name: "Cube", nameWords: new Set(["cube"]), words: new Set(["mesh"]), active: false },
    { name: "Top Cam", nameWords: new Set(["top", "cam"]), words: new Set(["camera"]), active: true },
  ]);
});

Deno.test("names of several words are found in a text, whatever their case", () => {
  const known = knownNames([{ state, schema }]);
  assert.deepEqual(known.endsAt(tokenize("props AND co now"), 0), [3]);
  assert.deepEqual(known.endsAt(tokenize("props of co"), 0), []);
  assert.equal(known.spelling("PROPS and co"), "Props and Co");
  assert.equal(known.spelling("nothing"), "nothing");
});

Deno.test("a state that is deep, odd or hostile is read without harm", () => {
  let deep: unknown = { name: "bottom" };
  for (let i = 0; i < 5_000; i++) deep = { inner: deep };
  const odd = JSON.parse('{ "__proto__": { "name": "x" }, "name": 5, "objects": [null, [[]], "constructor"] }');
  for (const hostile of [deep, odd, null, "text", 7]) {
    assert.doesNotThrow(() => knownNames([{ state: hostile, schema: {} }]).endsAt(tokenize("constructor toString"), 0));
  }
});
