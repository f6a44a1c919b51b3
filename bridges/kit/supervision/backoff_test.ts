import assert from "node:assert/strict";
import { backoffMs, pause } from "./backoff.ts";

Deno.test("waits double up to the longest, with jitter below", () => {
  const backoff = { minMs: 100, maxMs: 1000 };
  assert.deepEqual([1, 2, 3, 4, 5, 99].map((failures) => backoffMs(failures, backoff, () => 1)), [
    100,
    200,
    400,
    800,
    1000,
    1000,
  ]);
  assert.equal(backoffMs(1, backoff, () => 0), 50);
});

Deno.test("a pause ends when its signal fires", async () => {
  const controller = new AbortController();
  const paused = pause(1_000_000, controller.signal);
  controller.abort();
  await paused;
  await pause(1_000_000, controller.signal);
});
