import assert from "node:assert/strict";
import { neededWords, parsePattern, PatternError, sayable, slotsOf, wordsOf } from "./pattern.ts";

Deno.test("a phrase is read into words, slots and groups", () => {
  assert.deepEqual(parsePattern("add [{color}] (big|small) {type}"), [
    { kind: "word", word: "add" },
    { kind: "group", optional: true, branches: [[{ kind: "slot", name: "color" }]] },
    { kind: "group", optional: false, branches: [[{ kind: "word", word: "big" }], [{ kind: "word", word: "small" }]] },
    { kind: "slot", name: "type" },
  ]);
});

Deno.test("a phrase says which slots and words it has, and which words it needs", () => {
  const parts = parsePattern("(set|change) [the] size of {thing} to {size} [now]");
  assert.deepEqual([...slotsOf(parts)], ["thing", "size"]);
  assert.deepEqual([...wordsOf(parts)], ["set", "change", "the", "size", "of", "to", "now"]);
  assert.deepEqual(neededWords(parts), [["set", "change"], ["size"], ["of"], ["to"]]);
});

Deno.test("a phrase can be shown as a person would say it", () => {
  assert.equal(
    sayable(parsePattern("(add|make) [a|an] [{color}] {type} [at {location}]")),
    "add a [{color}] {type} [at {location}]",
  );
});

Deno.test("brackets that do not match are refused", () => {
  for (const bad of ["add [a", "add a]", "add (a|b", "add {", "add {}", "a } b"]) {
    assert.throws(() => parsePattern(bad), PatternError, bad);
  }
});

Deno.test("a phrase of nothing but brackets is read without harm", () => {
  assert.doesNotThrow(() => parsePattern("[".repeat(150) + "]".repeat(150)));
});
