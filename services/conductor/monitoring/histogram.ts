/** How durations are spread, in little room: buckets that each begin a tenth above the last. */

const GROWTH = Math.log(1.1);

/** Quantiles are right within five percent, mean and greatest value exactly. */
export class Histogram {
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #sum = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  get max(): number {
    return this.#max;
  }

  get mean(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }

  /** @param value not negative */
  add(value: number): void {
    const bucket = value < 0.01 ? Number.NEGATIVE_INFINITY : Math.floor(Math.log(value) / GROWTH);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#count++;
    this.#sum += value;
    this.#max = Math.max(this.#max, value);
  }

  merge(other: Histogram): void {
    for (const [bucket, count] of other.#buckets) this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count);
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#max = Math.max(this.#max, other.#max);
  }

  /** The value below which the share `q` of all lies; 0 where there is none. */
  quantile(q: number): number {
    let left = q * this.#count;
    for (const [bucket, count] of [...this.#buckets].sort(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return Math.min(this.#max, Math.exp((bucket + 0.5) * GROWTH));
    }
    return this.#max;
  }
}
