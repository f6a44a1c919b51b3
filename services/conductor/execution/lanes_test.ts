import assert from "node:assert/strict";
import { Lanes } from "./lanes.ts";

Deno.test("as many as allowed are on their way to one address, others wait their turn", async () => {
  const lanes = new Lanes(2);
  const [first] = [lanes.enter("a"), lanes.enter("a")];
  assert.equal(first.entered, undefined);
  assert.equal(lanes.enter("b").entered, undefined);
  const order: string[] = [];
  const third = lanes.enter("a");
  const fourth = lanes.enter("a");
  const told = [third.entered?.then(() => order.push("third")), fourth.entered?.then(() => order.push("fourth"))];
  await Promise.resolve();
  assert.deepEqual(order, []);
  first[Symbol.dispose]();
  await told[0];
  third[Symbol.dispose]();
  await told[1];
  assert.deepEqual(order, ["third", "fourth"]);
});

Deno.test("ten thousand wait in one lane, and leave it in their order", async () => {
  const lanes = new Lanes(1);
  const order: number[] = [];
  const all = Array.from({ length: 10_000 }, async (_, i) => {
    using room = lanes.enter("a");
    await room.entered;
    order.push(i);
  });
  await Promise.all(all);
  assert.deepEqual(order, Array.from({ length: 10_000 }, (_, i) => i));
});
