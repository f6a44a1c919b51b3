import assert from "node:assert/strict";
import { choicesAt, indexChoices } from "./choices.ts";
import { colorsAt } from "./colors.ts";
import { measureOf } from "./measure.ts";
import { numberWithUnitAt, plainNumberAt } from "./numbers.ts";
import { schemaNode } from "./schema_node.ts";
import { tokenize } from "./tokens.ts";
import { vectorAt } from "./vectors.ts";

const metres = (value: number) => value;
const vector = (text: string, length = 3) => vectorAt(tokenize(text), 0, length, metres)?.value;

Deno.test("numbers may be words, with a sign", () => {
  const value = (text: string) => plainNumberAt(tokenize(text), 0)?.value;
  assert.deepEqual(["twelve", "minus two", "twenty five", "half", "three hundred", "-4", "cube"].map(value), [
    12,
    -2,
    25,
    0.5,
    300,
    -4,
    undefined,
  ]);
});

Deno.test("a unit is turned into the one that the argument wants", () => {
  const measured = (text: string, description: string, name: string, maximum?: number) => {
    const schema = { type: "number", description, ...(maximum === undefined ? {} : { maximum }) };
    const node = schemaNode(schema, schema);
    const found = numberWithUnitAt(tokenize(text), 0);
    assert.ok(node !== undefined && found !== undefined);
    return measureOf(name, node)(found.value, found.unit);
  };
  assert.equal(measured("50 cm", "in metres", "size"), 0.5);
  assert.equal(measured("2m", "millimetres", "size"), 2000);
  assert.equal(measured("180 degrees", "in radians", "turn"), 3.14159265359);
  assert.equal(measured("45°", "", "turn"), 45);
  assert.equal(measured("2 seconds", "", "timeoutMs"), 2000);
  assert.equal(measured("50%", "", "opacity", 1), 0.5);
  assert.equal(measured("50%", "", "volume", 100), 50);
  assert.equal(measured("24 fps", "", "fps"), 24);
});

Deno.test("a vector is written in many ways", () => {
  for (
    const text of [
      "1 2 0.5",
      "1, 2, 0.5",
      "(1, 2, 0.5)",
      "[1; 2; .5]",
      "x 1 y 2 z 0.5",
      "x=1, y=2, z=0.5",
      "1, 2 and 0.5",
    ]
  ) {
    assert.deepEqual(vector(text), [1, 2, 0.5], text);
  }
  assert.deepEqual(vector("1920x1080", 2), [1920, 1080]);
  assert.deepEqual(vector("1 by 2", 2), [1, 2]);
  assert.equal(vector("1, 2"), undefined);
  assert.equal(vector("(1, 2, 3"), undefined);
});

Deno.test("a unit at the end of a vector holds for all of it", () => {
  const schema = { type: "array", description: "metres" };
  const measure = measureOf("location", schemaNode(schema, schema)!);
  assert.deepEqual(vectorAt(tokenize("10 20 30 cm"), 0, 3, measure)?.value, [0.1, 0.2, 0.3]);
  assert.deepEqual(vectorAt(tokenize("1 m 20 cm 3"), 0, 3, measure)?.value, [1, 0.2, 3]);
});

Deno.test("an enum's value may be said with spaces, in the plural, or by its last word when that is clear", () => {
  const index = indexChoices(["uv_sphere", "cube", "SUN", "bevelEdge", "left_side", "right_side"]);
  const said = (text: string) => choicesAt(tokenize(text), 0, index).at(-1)?.value;
  assert.deepEqual(["uv sphere", "spheres", "cubes", "sun", "bevel edge", "side", "left side", "moon"].map(said), [
    "uv_sphere",
    "uv_sphere",
    "cube",
    "SUN",
    "bevelEdge",
    undefined,
    "left_side",
    undefined,
  ]);
});

Deno.test("colours are CSS words, also of two words, or hexadecimal", () => {
  const color = (text: string) => colorsAt(tokenize(text), 0).at(-1)?.hex;
  assert.deepEqual(["tomato", "sky blue", "Light Blue", "#f80", "#FF8800", "sky", "#ff880"].map(color), [
    "#ff6347",
    "#87ceeb",
    "#add8e6",
    "#ff8800",
    "#ff8800",
    undefined,
    undefined,
  ]);
});
