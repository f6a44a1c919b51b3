/** Waiting between tries: exponential with jitter, so that many clients do not come back at the same moment. */

/** How long to wait before try number `attempt` (from 0), in milliseconds: random between half and all of `minMs * 2^attempt`. */
export function backoffMs(attempt: number, { minMs = 50, maxMs = 2_000 }: { minMs?: number; maxMs?: number } = {}) {
  const whole = Math.min(maxMs, minMs * 2 ** Math.min(attempt, 30));
  return whole / 2 + Math.random() * (whole / 2);
}

/**
 * Waits.
 * @throws the signal's reason
 */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
