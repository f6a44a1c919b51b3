/** One timer for a time that may be far away. */

/** What time it is, and what waits for it. */
export interface Clock {
  /** In milliseconds since 1970. */
  now(): number;
  /** Calls back after so many milliseconds, unless it is disposed before. */
  after(ms: number, callback: () => void): Disposable;
}

const CLOCK: Clock = {
  now: Date.now,
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

/** Timers wait no longer than this, in milliseconds: a longer wait would end at once. */
export const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** Rings once at the time that was set last, by the wall clock; never before it. */
export class Alarm implements Disposable {
  readonly #ring: () => void;
  readonly #clock: Clock;
  #timer: Disposable | undefined;

  constructor(ring: () => void, clock = CLOCK) {
    this.#ring = ring;
    this.#clock = clock;
  }

  /** @param at milliseconds since 1970; `undefined` for never */
  set(at: number | undefined): void {
    this[Symbol.dispose]();
    if (at === undefined) return;
    const left = Math.min(Math.max(at - this.#clock.now(), 0), LONGEST_WAIT_MS);
    this.#timer = this.#clock.after(left, () => {
      // a long wait has more parts, and a clock may have been set back
      if (this.#clock.now() < at) this.set(at);
      else this.#ring();
    });
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }
}
