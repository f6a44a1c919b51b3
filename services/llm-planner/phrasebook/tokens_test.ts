import assert from "node:assert/strict";
import { tokenize } from "./tokens.ts";

const texts = (text: string) => tokenize(text).map((token) => `${token.kind}:${token.text}`);

Deno.test("a possessive is a word of its own, in quotes or out of them", () => {
  const said = (text: string) => tokenize(text).map(({ lower }) => lower);
  assert.deepEqual(said("the cube's color"), ["the", "cube", "'s", "color"]);
  assert.deepEqual(said("Bob\u2019s hat"), ["bob", "'s", "hat"]);
  assert.deepEqual(said(`"Big Box"'s`), ["big box", "'s"]);
  assert.deepEqual(said("'Bob's Hat' and O'Brien"), ["bob's hat", "and", "o'brien"]);
});

Deno.test("numbers keep their sign and their unit stands apart", () => {
  assert.deepEqual(texts("-2 .5 45° 50cm 2m 1e3"), [
    "number:-2",
    "number:.5",
    "number:45",
    "word:°",
    "number:50",
    "word:cm",
    "number:2",
    "word:m",
    "number:1e3",
  ]);
});

Deno.test("sizes and ranges are taken apart, names with digits are not", () => {
  assert.deepEqual(texts("1920x1080 1-250 ws-07 Cube.001 2nd 1.2.3"), [
    "number:1920",
    "word:x",
    "number:1080",
    "number:1",
    "mark:-",
    "number:250",
    "word:ws-07",
    "word:Cube.001",
    "word:2nd",
    "word:1.2.3",
  ]);
});

Deno.test("quoted text is one token in any kind of quotes, and apostrophes close nothing", () => {
  assert.deepEqual(texts(`"Salt, and Pepper" 'it's fine' “a b” «c» don't`), [
    "quoted:Salt, and Pepper",
    "quoted:it's fine",
    "quoted:a b",
    "quoted:c",
    "word:don't",
  ]);
});

Deno.test("a quote that is never closed is an ordinary mark", () => {
  assert.deepEqual(texts('a "b c'), ["word:a", 'mark:"', "word:b", "word:c"]);
});

Deno.test("a colour in hexadecimal is one word, and a line end is a mark", () => {
  assert.deepEqual(texts("#ff8800\n#12"), ["word:#ff8800", "mark:\n", "mark:#", "number:12"]);
});

Deno.test("each token knows where it stands", () => {
  const text = `add "a b", then 50 cm`;
  for (const { kind, start, end, text: own } of tokenize(text)) {
    assert.equal(text.slice(start, end), kind === "quoted" ? `"${own}"` : own);
  }
});
