/** How many commands of a run may be on their way to one address: an application works serially, so more would only wait there. */

export class Lanes {
  readonly #limit: number;
  readonly #lanes = new Map<string, { running: number; waiting: (() => void)[] }>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Resolves when the address has room; the room is given back by disposing. */
  async enter(address: string): Promise<Disposable> {
    const lane = this.#lanes.get(address) ?? { running: 0, waiting: [] };
    this.#lanes.set(address, lane);
    if (lane.running < this.#limit) lane.running++;
    else await new Promise<void>((resolve) => lane.waiting.push(resolve));
    return {
      [Symbol.dispose]: () => {
        const next = lane.waiting.shift();
        // the room goes over to whoever waits
        if (next === undefined) lane.running--;
        else next();
      },
    };
  }
}
