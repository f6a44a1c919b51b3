/** A few at a time, and a few more that wait; who comes then is sent away. */
import { PatchbayError } from "@patchbay/contracts";

export class Turns {
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  /** @param atOnce how many have their turn together, @param waiting how many more may wait */
  constructor(private readonly atOnce: number, private readonly waiting: number) {}

  /** @throws {PatchbayError} `RATE_LIMITED`; the signal's reason, when it fires first */
  async take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#turn(signal);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#busy--;
      else next();
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#busy < this.atOnce) return void this.#busy++;
    if (this.#waiting.length >= this.waiting) {
      throw PatchbayError.of("RATE_LIMITED", `Cannot rehearse: ${this.#waiting.length} other plans wait for it`, {
        remedy: "Wait until others are rehearsed.",
      });
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      const place = this.#waiting.indexOf(resolve);
      // whose turn has come already has it
      if (place < 0) return;
      this.#waiting.splice(place, 1);
      reject(signal.reason);
    };
    this.#waiting.push(resolve);
    signal.addEventListener("abort", leave, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }
}
