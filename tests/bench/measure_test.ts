import assert from "node:assert/strict";
import { compare, measure, median, quantile } from "./measure.ts";

Deno.test("every call is made once, at most so many at a time", async () => {
  let [made, open, most] = [0, 0, 0];
  const sample = await measure(async () => {
    most = Math.max(most, ++open);
    await Promise.resolve();
    made++;
    open--;
  }, { count: 100, concurrency: 4 });
  assert.deepEqual([made, most], [100, 4]);
  assert.ok(sample.p50 <= sample.p99);
});

Deno.test("quantiles are values of the sample", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(quantile([1, 2, 3, 4], 0.99), 4);
});

Deno.test("a ratio is taken pair by pair", async () => {
  const speeds = [10, 20, 30].map((throughput) => ({ throughput, p50: 1, p99: 1 }));
  let [a, b] = [0, 0];
  const { ratio } = await compare(
    () => Promise.resolve(speeds[a++]!),
    () => Promise.resolve({ ...speeds[b++]!, p50: 2 }),
    3,
  );
  assert.deepEqual([ratio.throughput, ratio.p50], [1, 0.5]);
});
