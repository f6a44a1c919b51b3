/** The time as links see it: injected, so that a test can be ahead of it. */

export interface Clock {
  /** Milliseconds since 1970, which never go back: what the operating system's clock is set to meanwhile is not seen. */
  now(): number;
  /** Calls back after so many milliseconds, unless it is disposed before. */
  after(ms: number, callback: () => void): Disposable;
}

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
