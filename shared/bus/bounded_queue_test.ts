import assert from "node:assert/strict";
import { BoundedQueue } from "./bounded_queue.ts";

Deno.test("a full queue drops its oldest item and counts it", async () => {
  const queue = new BoundedQueue<number>(2);
  for (const n of [1, 2, 3, 4]) queue.push(n);
  queue.close();
  queue.push(5);
  assert.deepEqual(await Array.fromAsync(queue), [3, 4]);
  assert.equal(queue.dropped, 2);
});

Deno.test("a reader that waits gets the next item, the end, or the error", async () => {
  const queue = new BoundedQueue<number>(2);
  const reading = Array.fromAsync(queue);
  queue.push(1);
  queue.close();
  assert.deepEqual(await reading, [1]);
  const failing = new BoundedQueue<number>(2);
  const failed = assert.rejects(Array.fromAsync(failing), /refused/);
  failing.push(1);
  failing.close(new Error("refused"));
  failing.close();
  await failed;
});

Deno.test("a queue that is cleared gives nothing more", async () => {
  const queue = new BoundedQueue<number>(2);
  queue.push(1);
  queue.clear();
  assert.deepEqual(await Array.fromAsync(queue), []);
});
