/** How often something happened within the last minute. */
const MINUTE_MS = 60_000;

export class Pace {
  readonly #times: number[];

  /** @param times of what happened before, in milliseconds since 1970, in order */
  constructor(times: readonly number[] = []) {
    this.#times = [...times];
  }

  /** Whether it may happen once more without being more often than `limit` a minute. */
  allows(limit: number, now: number): boolean {
    while (this.#times[0] !== undefined && this.#times[0] <= now - MINUTE_MS) this.#times.shift();
    return this.#times.length < limit;
  }

  /** It happens now. */
  count(now: number): void {
    this.#times.push(now);
  }
}
