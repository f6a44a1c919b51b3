import assert from "node:assert/strict";
import fc from "fast-check";
import { Histogram } from "./histogram.ts";

const durations = fc.array(fc.double({ min: 0.02, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 300 });

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

Deno.test("a quantile is within five percent of the value that has that rank", () => {
  fc.assert(fc.property(durations, fc.constantFrom(0.5, 0.95, 1), (values, q) => {
    const exact = values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(q * values.length) - 1)]!;
    const found = histogramOf(values).quantile(q);
    assert.ok(Math.abs(found - exact) <= exact * 0.05 + 1e-9, `${found} beside ${exact}`);
  }));
});

Deno.test("what was counted in two is the same as what was counted in one", () => {
  fc.assert(fc.property(durations, durations, (a, b) => {
    const merged = histogramOf(a);
    merged.merge(histogramOf(b));
    const whole = histogramOf([...a, ...b]);
    assert.deepEqual([merged.count, merged.max, merged.quantile(0.5)], [whole.count, whole.max, whole.quantile(0.5)]);
    assert.ok(Math.abs(merged.mean - whole.mean) <= whole.mean * 1e-9);
  }));
});

Deno.test("nothing has no duration", () => {
  const nothing = new Histogram();
  assert.deepEqual([nothing.count, nothing.mean, nothing.max, nothing.quantile(0.5)], [0, 0, 0, 0]);
});
