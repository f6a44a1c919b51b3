import assert from "node:assert/strict";
import { MAX_TRIGGER_CHAIN } from "@patchbay/contracts";
import { loopOf } from "./loop.ts";

Deno.test("a trigger may follow others, and not itself, however many lie between", () => {
  assert.equal(loopOf([], "a"), undefined);
  assert.equal(loopOf(["b", "c"], "a"), undefined);
  assert.equal(loopOf(["a"], "a"), "the trigger did that itself");
  assert.equal(loopOf(["x", "a", "b", "c"], "a"), "the trigger did that itself, through 'b', 'c'");
});

Deno.test("a chain of triggers ends somewhere", () => {
  const chain = (length: number) => Array.from({ length }, (_, i) => `t${i}`);
  assert.equal(loopOf(chain(MAX_TRIGGER_CHAIN - 1), "a"), undefined);
  assert.match(loopOf(chain(MAX_TRIGGER_CHAIN), "a") ?? "", /^8 triggers have led to it/);
});
