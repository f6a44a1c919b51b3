import assert from "node:assert/strict";
import { Lanes } from "./lanes.ts";

Deno.test("as many as allowed are on their way to one address, others wait their turn", async () => {
  const lanes = new Lanes(2);
  const [first] = [await lanes.enter("a"), await lanes.enter("a")];
  await lanes.enter("b");
  const order: string[] = [];
  const third = lanes.enter("a").then((room) => (order.push("third"), room));
  const fourth = lanes.enter("a").then((room) => (order.push("fourth"), room));
  await Promise.resolve();
  assert.deepEqual(order, []);
  first[Symbol.dispose]();
  (await third)[Symbol.dispose]();
  (await fourth)[Symbol.dispose]();
  assert.deepEqual(order, ["third", "fourth"]);
});
