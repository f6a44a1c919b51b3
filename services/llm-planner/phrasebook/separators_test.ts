import assert from "node:assert/strict";
import { findSeparators } from "./separators.ts";
import { tokenize } from "./tokens.ts";

/** The words that begin what stands after each separator. */
function parts(text: string): string[] {
  const tokens = tokenize(text);
  const separators = findSeparators(tokens);
  const begins: string[] = [];
  for (let at = separators[0]?.end ?? 0; at < tokens.length;) {
    begins.push(tokens[at]?.text ?? "");
    while (at < tokens.length && separators[at] === undefined) at++;
    at = separators[at]?.end ?? tokens.length;
  }
  return begins;
}

Deno.test("marks and connecting words separate, alone and in a row", () => {
  assert.deepEqual(parts("a, b; c and d, and then e. f after that g & h"), ["a", "b", "c", "d", "e", "f", "g", "h"]);
});

Deno.test("the commas of a vector do not separate", () => {
  assert.deepEqual(parts("put 1, 2, 0.5, then go"), ["put", "go"]);
});

Deno.test("the lines of a list are clauses, with or without bullets and numbers", () => {
  assert.deepEqual(parts("- a\n- b\n\n2. c\n* d"), ["a", "b", "c", "d"]);
});

Deno.test("only 'then' and its like say that it comes later", () => {
  const tokens = tokenize("a, b and then c");
  const separators = findSeparators(tokens);
  assert.equal(separators[1]?.then, false);
  assert.equal(separators[3]?.then, true);
});
