import assert from "node:assert/strict";
import { PatchbayError, toProblem } from "@patchbay/contracts";
import { AnswerBudget } from "./answer_budget.ts";

const problem = (characters: number) =>
  toProblem(PatchbayError.of("NOT_FOUND", "x".repeat(characters), { context: { available: ["a", "b"] } }));

Deno.test("one command may give as much as it may alone; a thousand share what one message holds", () => {
  assert.equal(new AnswerBudget(1).valueBytes, 256 * 1024);
  const many = new AnswerBudget(1_000);
  assert.ok(many.valueBytes < 100 * 1024);
  for (let i = 0; i < 1_000; i++) many.value("x".repeat(many.valueBytes - 2));
  assert.equal(many.valueBytes, 400);
});

Deno.test("a problem is whole while there is room, and short afterwards", () => {
  const budget = new AnswerBudget(1_000);
  assert.deepEqual(budget.problem(problem(100)), problem(100));
  let bytes = 0;
  for (let i = 0; i < 1_000; i++) bytes += JSON.stringify(budget.problem(problem(5_000))).length;
  assert.ok(bytes < 500 * 1024, String(bytes));
  const short = budget.problem(problem(5_000));
  assert.deepEqual([short.code, short.detail.length, short.context], ["NOT_FOUND", 100, undefined]);
});
