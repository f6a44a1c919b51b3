import assert from "node:assert/strict";
import { seededRandom } from "./random.ts";

const draw = (seed: number, count = 8) => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

Deno.test("one seed gives the same numbers, another gives others", () => {
  assert.deepEqual(draw(42), draw(42));
  assert.notDeepEqual(draw(42), draw(43));
});

Deno.test("numbers are spread over their whole range", () => {
  const random = seededRandom(1);
  const counts = new Map<number, number>();
  for (let i = 0; i < 6_000; i++) {
    const face = random.integer(1, 6);
    counts.set(face, (counts.get(face) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].sort(), [1, 2, 3, 4, 5, 6]);
  for (const count of counts.values()) assert.ok(count > 850 && count < 1150, `${count}`);
});

Deno.test("a fork depends on its name, not on what was drawn before", () => {
  const [one, other] = [seededRandom(7), seededRandom(7)];
  one.next();
  assert.equal(one.fork("a").next(), other.fork("a").next());
  assert.notEqual(one.fork("a").next(), one.fork("b").next());
});
