/** One timer for a time that may be far away. */

/** Timers wait no longer than this, in milliseconds: a longer wait would end at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Rings once at the time that was set last, by the wall clock; never before it. */
export class Alarm implements Disposable {
  readonly #ring: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** @param at milliseconds since 1970; `undefined` for never */
  set(at: number | undefined): void {
    clearTimeout(this.#timer);
    if (at === undefined) return;
    const left = at - Date.now();
    this.#timer = setTimeout(() => {
      // a long wait has more parts, and a clock may have been set back
      if (Date.now() < at) this.set(at);
      else this.#ring();
    }, Math.min(Math.max(left, 0), LONGEST_MS));
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
