/**
 * How far another machine's clock is from ours, from the messages that come from there. A message arrives later than it was
 * sent, never earlier: the least difference in a while is the difference of the clocks and the shortest way between them.
 */

/** After so long an old minimum counts no longer, so that clocks may drift and be set, in milliseconds. */
const WINDOW_MS = 15_000;

export class ClockOffset {
  #before = Infinity;
  #now = Infinity;
  #since = -Infinity;

  /** @param sentAt by their clock @param arrivedAt by ours */
  sample(sentAt: number, arrivedAt: number): void {
    if (arrivedAt - this.#since > WINDOW_MS) {
      // after a long silence the old minimum is no better than none
      this.#before = arrivedAt - this.#since > 2 * WINDOW_MS ? Infinity : this.#now;
      this.#now = Infinity;
      this.#since = arrivedAt;
    }
    this.#now = Math.min(this.#now, arrivedAt - sentAt);
  }

  /** What is added to a time of theirs to have ours, in milliseconds; 0 before the first message. */
  get ms(): number {
    const least = Math.min(this.#before, this.#now);
    return Number.isFinite(least) ? least : 0;
  }
}
