import assert from "node:assert/strict";
import { Alarm, type Clock, LONGEST_WAIT_MS } from "./alarm.ts";

const DAY_MS = 24 * 60 * 60_000;

/** A clock that stands until it is put forward; it waits no longer than timers do. */
class FakeClock implements Clock {
  #now: number;
  readonly #waiting = new Map<symbol, { at: number; callback: () => void }>();

  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): Disposable {
    assert.ok(ms >= 0 && ms <= LONGEST_WAIT_MS, `a timer cannot wait ${ms} ms`);
    const key = Symbol();
    this.#waiting.set(key, { at: this.#now + ms, callback });
    return { [Symbol.dispose]: () => void this.#waiting.delete(key) };
  }

  forward(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = [...this.#waiting].sort(([, a], [, b]) => a.at - b.at);
      if (next === undefined || next[1].at > until) break;
      this.#now = next[1].at;
      this.#waiting.delete(next[0]);
      next[1].callback();
    }
    this.#now = until;
  }

  /** Somebody sets the clock back; timers do not notice. */
  back(ms: number): void {
    this.#now -= ms;
    for (const waits of this.#waiting.values()) waits.at -= ms;
  }
}

Deno.test("an alarm that is further away than a timer reaches rings once, at its time", () => {
  const clock = new FakeClock();
  const rings: number[] = [];
  using alarm = new Alarm(() => rings.push(clock.now()), clock);
  alarm.set(100 * DAY_MS);
  clock.forward(99 * DAY_MS);
  assert.deepEqual(rings, []);
  clock.forward(2 * DAY_MS);
  assert.deepEqual(rings, [100 * DAY_MS]);
});

Deno.test("an alarm rings at the time that was set last, and not at all once it is disposed", () => {
  const clock = new FakeClock();
  const rings: number[] = [];
  const alarm = new Alarm(() => rings.push(clock.now()), clock);
  alarm.set(1_000);
  alarm.set(5_000);
  clock.forward(6_000);
  assert.deepEqual(rings, [5_000]);
  alarm.set(9_000);
  alarm[Symbol.dispose]();
  clock.forward(10_000);
  assert.deepEqual(rings, [5_000]);
});

Deno.test("an alarm for a time that has passed rings at once", () => {
  const clock = new FakeClock(10_000);
  let rings = 0;
  using alarm = new Alarm(() => rings++, clock);
  alarm.set(1_000);
  clock.forward(0);
  assert.equal(rings, 1);
});

Deno.test("an alarm does not ring early where the clock is set back", () => {
  const clock = new FakeClock(10_000);
  const rings: number[] = [];
  using alarm = new Alarm(() => rings.push(clock.now()), clock);
  alarm.set(20_000);
  clock.back(5_000);
  clock.forward(10_000);
  assert.deepEqual(rings, []);
  clock.forward(10_000);
  assert.deepEqual(rings, [20_000]);
});
