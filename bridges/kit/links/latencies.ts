/** How long the last values took: a ring, so that an old stutter is forgotten. */

const SIZE = 256;

export class Latencies {
  readonly #ring: number[] = [];
  #next = 0;

  /** @param ms milliseconds */
  add(ms: number): void {
    this.#ring[this.#next] = Math.max(0, ms);
    this.#next = (this.#next + 1) % SIZE;
  }

  /** `undefined` before the first. */
  get quantiles(): { p50: number; p99: number } | undefined {
    if (this.#ring.length === 0) return undefined;
    const sorted = this.#ring.toSorted((a, b) => a - b);
    const at = (q: number) => Math.round((sorted[Math.floor((sorted.length - 1) * q)] ?? 0) * 1000) / 1000;
    return { p50: at(0.5), p99: at(0.99) };
  }
}
