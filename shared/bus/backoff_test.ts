import assert from "node:assert/strict";
import { backoffMs, pause } from "./backoff.ts";

Deno.test("the wait grows from try to try up to a limit, with at least half of it kept", () => {
  for (const attempt of [0, 1, 5, 6, 50, 10_000]) {
    const whole = Math.min(2_000, 50 * 2 ** Math.min(attempt, 30));
    for (let i = 0; i < 100; i++) {
      const wait = backoffMs(attempt);
      assert.ok(wait >= whole / 2 && wait <= whole, `${wait} of ${whole}`);
    }
  }
  assert.ok(backoffMs(3, { minMs: 1, maxMs: 4 }) <= 4);
});

Deno.test("a pause ends when its signal fires, with the signal's reason", async () => {
  const abort = new AbortController();
  const waiting = pause(60_000, abort.signal);
  abort.abort(new RangeError("enough"));
  await assert.rejects(waiting, RangeError);
  await assert.rejects(pause(60_000, abort.signal), RangeError);
  await pause(1);
});
