import assert from "node:assert/strict";
import fc from "fast-check";
import { ClockOffset } from "./clock_offset.ts";

Deno.test("the offset is the clocks' difference, wrong by the shortest way at most", () => {
  fc.assert(fc.property(
    fc.integer({ min: -300_000, max: 300_000 }),
    fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 100 }),
    (skew, delays) => {
      const offset = new ClockOffset();
      for (const [i, delay] of delays.entries()) offset.sample(i * 20 - skew, i * 20 + delay);
      assert.equal(offset.ms, skew + Math.min(...delays));
    },
  ));
});

Deno.test("a clock that is set forward is believed at once, one that is set back within half a minute", () => {
  const offset = new ClockOffset();
  let now = 0;
  const hear = (skew: number, ms: number) => {
    for (const end = now + ms; now < end; now += 100) offset.sample(now - skew, now + 1);
  };
  hear(0, 10_000);
  assert.equal(offset.ms, 1);
  hear(-500, 100);
  assert.equal(offset.ms, -499);
  hear(2_000, 31_000);
  assert.equal(offset.ms, 2_001);
});
