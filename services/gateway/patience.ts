/** How long a caller waits: for so long, or until the gateway ends. That it goes is not told before it is answered. */

/** A signal for one wait; disposing it stops its timer. */
export interface Patience extends Disposable {
  readonly signal: AbortSignal;
}

/** @param waitMs `undefined` for as long as it takes */
export function patience(waitMs: number | undefined, until: AbortSignal): Patience {
  const over = new AbortController();
  const timer = waitMs === undefined ? undefined : setTimeout(() => over.abort(), waitMs);
  return {
    signal: AbortSignal.any([over.signal, until]),
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      over.abort();
    },
  };
}

/** The promise's value; `undefined` when the signal fires first. */
export function unlessImpatient<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const { promise: settled, resolve, reject } = Promise.withResolvers<T | undefined>();
  if (signal.aborted) resolve(undefined);
  else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  promise.then(resolve, reject);
  return settled;
}
