import assert from "node:assert/strict";
import { whatFits } from "./answer_size.ts";

Deno.test("a list is cut where the message would become too large, by its bytes and not its characters", () => {
  const maxPayload = 16 * 1024 + 1_000;
  const plain = Array.from({ length: 20 }, () => "a".repeat(97));
  assert.equal(whatFits({ maxPayload }, plain).length, 10);
  assert.equal(whatFits({ maxPayload }, plain.map(() => "ä".repeat(97))).length, 5);
  assert.deepEqual(whatFits({ maxPayload }, [1, 2, 3]), [1, 2, 3]);
  assert.deepEqual(whatFits({ maxPayload }, ["a".repeat(2_000)]), []);
});
