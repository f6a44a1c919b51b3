/** Timing of many calls, so that two ways of doing a thing can be compared in one run. */

export interface Sample {
  /** Calls a second. */
  throughput: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

/** Runs `call` `count` times, `concurrency` at once. */
export async function measure(
  call: () => Promise<void>,
  { count, concurrency }: { count: number; concurrency: number },
): Promise<Sample> {
  const times: number[] = [];
  let left = count;
  const began = performance.now();
  const worker = async () => {
    while (left-- > 0) {
      const start = performance.now();
      await call();
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  return { throughput: count / seconds, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

/** @param sorted ascending */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN;
}

export function median(values: readonly number[]): number {
  return quantile([...values].sort((a, b) => a - b), 0.5);
}

/**
 * Measures two ways in turn, so that what else the machine does hits both, and takes the median of each figure.
 * @returns the two, and the ratio `subject / baseline` of each figure, pair by pair
 */
export async function compare(
  subject: () => Promise<Sample>,
  baseline: () => Promise<Sample>,
  rounds: number,
): Promise<{ subject: Sample; baseline: Sample; ratio: Sample }> {
  const pairs: [Sample, Sample][] = [];
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0;
    const first = order ? await subject() : await baseline();
    const second = order ? await baseline() : await subject();
    pairs.push(order ? [first, second] : [second, first]);
  }
  const middle = (pick: (pair: [Sample, Sample]) => Sample): Sample => ({
    throughput: median(pairs.map((pair) => pick(pair).throughput)),
    p50: median(pairs.map((pair) => pick(pair).p50)),
    p99: median(pairs.map((pair) => pick(pair).p99)),
  });
  return {
    subject: middle(([a]) => a),
    baseline: middle(([, b]) => b),
    ratio: middle(([a, b]) => ({ throughput: a.throughput / b.throughput, p50: a.p50 / b.p50, p99: a.p99 / b.p99 })),
  };
}
