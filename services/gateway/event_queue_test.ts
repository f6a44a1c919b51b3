import assert from "node:assert/strict";
import { EventQueue } from "./event_queue.ts";

Deno.test("a reader that lags loses the oldest entries and is told how many", async () => {
  const queue = new EventQueue<number>({ capacity: 3 });
  for (let i = 1; i <= 5; i++) queue.push(i);
  queue.end();
  assert.deepEqual(await queue.take(1000), { kind: "lagged", dropped: 2 });
  for (const item of [3, 4, 5]) assert.deepEqual(await queue.take(1000), { kind: "item", item });
  assert.deepEqual(await queue.take(1000), { kind: "end" });
});

Deno.test("a waiting reader gets the next entry, and the end", async () => {
  const queue = new EventQueue<string>({ capacity: 3 });
  const next = queue.take(60_000);
  queue.push("a");
  assert.deepEqual(await next, { kind: "item", item: "a" });
  const last = queue.take(60_000);
  queue.end();
  assert.deepEqual(await last, { kind: "end" });
});

Deno.test("silence is said", async () => {
  assert.deepEqual(await new EventQueue<string>({ capacity: 3 }).take(1), { kind: "idle" });
});

Deno.test("large entries give way sooner, and one that is too large by itself is still given", async () => {
  const queue = new EventQueue<string>({ capacity: 100, maxSize: 5, sizeOf: (item) => item.length });
  for (const item of ["aa", "bb", "ccc", "too large"]) queue.push(item);
  queue.end();
  assert.deepEqual(await queue.take(1000), { kind: "lagged", dropped: 3 });
  assert.deepEqual(await queue.take(1000), { kind: "item", item: "too large" });
  assert.deepEqual(await queue.take(1000), { kind: "end" });
});
