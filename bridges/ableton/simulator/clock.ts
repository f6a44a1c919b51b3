/** Where the simulator's time comes from: the machine's clock, or a test's. */

export interface Clock {
  /** Milliseconds, from wherever. */
  now(): number;
  every(ms: number, action: () => void): Disposable;
}

export const machineClock: Clock = {
  now: () => performance.now(),
  every(ms, action) {
    const timer = setInterval(action, ms);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  },
};

/** A clock that stands still until it is told to go on. */
export class HandClock implements Clock {
  #now = 0;
  readonly #actions = new Set<{ ms: number; next: number; action: () => void }>();

  now(): number {
    return this.#now;
  }

  every(ms: number, action: () => void): Disposable {
    const entry = { ms, next: this.#now + ms, action };
    this.#actions.add(entry);
    return { [Symbol.dispose]: () => void this.#actions.delete(entry) };
  }

  /** Lets time pass; what is due in it happens at its time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#actions].filter(({ next }) => next <= end).sort((a, b) => a.next - b.next)[0];
      if (due === undefined) break;
      this.#now = due.next;
      due.next += due.ms;
      due.action();
    }
    this.#now = end;
  }
}
