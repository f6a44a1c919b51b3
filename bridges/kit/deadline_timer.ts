/** Calls back at an absolute time, however far away. */

/** The longest delay that a timer takes, in milliseconds. */
const MAX_DELAY_MS = 2 ** 31 - 1;

export class DeadlineTimer implements Disposable {
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param deadline milliseconds since 1970; a passed one calls back soon */
  constructor(deadline: number, onPassed: () => void) {
    const wait = () => {
      const left = deadline - Date.now();
      this.#timer = left > MAX_DELAY_MS ? setTimeout(wait, MAX_DELAY_MS) : setTimeout(onPassed, Math.max(0, left));
    };
    wait();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
