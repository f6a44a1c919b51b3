/** Waiting between attempts: exponential with jitter, so that many bridges do not come back at the same moment. */

export interface Backoff {
  /** Before the second attempt, in milliseconds. */
  minMs: number;
  /** The longest wait, in milliseconds. */
  maxMs: number;
}

/** The wait after `failures` failures in a row: between half and the whole of `minMs * 2^(failures - 1)`, in milliseconds. */
export function backoffMs(failures: number, { minMs, maxMs }: Backoff, random: () => number = Math.random): number {
  const whole = Math.min(maxMs, minMs * 2 ** Math.min(failures - 1, 30));
  return whole * (0.5 + random() / 2);
}

/** Waits; the signal ends the wait at once, without an error. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) return Promise.resolve();
  const finish = () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", finish);
    resolve();
  };
  const timer = setTimeout(finish, ms);
  signal.addEventListener("abort", finish, { once: true });
  return promise;
}
