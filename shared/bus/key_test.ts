import assert from "node:assert/strict";
import fc from "fast-check";
import { checkFilter, checkKey, keyToken } from "./key.ts";

Deno.test("a token for any text is one token, and two texts never share one", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
    const token = keyToken(text);
    assert.ok(!token.includes("."), token);
    checkKey(token);
  }));
  fc.assert(fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (a, b) => {
    if (a !== b) assert.notEqual(keyToken(a), keyToken(b));
  }));
  assert.equal(keyToken("ws-01_a"), "ws-01_a");
  assert.equal(keyToken("a.b"), "=YS5i");
});

Deno.test("keys and filters that would reach other keys are refused", () => {
  for (const key of ["", ".", "a.", ".a", "a..b", "*", "a.*", ">", "a b", "$JS", "ä", "a\n", "x".repeat(1025)]) {
    assert.throws(() => checkKey(key), TypeError, key);
  }
  for (const filter of [">", "*", "a.*", "a.>", "a.*.b", "a"]) assert.equal(checkFilter(filter), filter);
  for (const filter of ["", "a.>.b", "a*", ">.a", "a..b", "a b", "$KV.>"]) {
    assert.throws(() => checkFilter(filter), TypeError, filter);
  }
});
