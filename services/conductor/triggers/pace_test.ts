import assert from "node:assert/strict";
import { Pace } from "./pace.ts";

Deno.test("what happens as often as it may within any minute is allowed, and no more", () => {
  const pace = new Pace();
  const allowed: number[] = [];
  for (let now = 0; now <= 120_000; now += 500) {
    if (!pace.allows(60, now)) continue;
    pace.count(now);
    allowed.push(now);
  }
  assert.equal(allowed.filter((now) => now < 60_000).length, 60);
  assert.equal(allowed.filter((now) => now >= 60_000 && now < 120_000).length, 60);
});

Deno.test("once a second is sixty times a minute, for as long as one likes", () => {
  const pace = new Pace(Array.from({ length: 60 }, (_, i) => i * 1_000));
  for (let second = 60; second < 600; second++) {
    assert.ok(pace.allows(60, second * 1_000), `at ${second} s`);
    pace.count(second * 1_000);
  }
});
