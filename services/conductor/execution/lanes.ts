/** How many commands of a run may be on their way to one address: an application works serially, so more would only wait there. */

/** A place in a lane; disposing gives it back. */
export interface Room extends Disposable {
  /** Resolves when there is room; absent where there is now. */
  readonly entered: Promise<void> | undefined;
}

export class Lanes {
  readonly #limit: number;
  readonly #lanes = new Map<string, { running: number; waiting: Queue }>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Asks for room at an address, after all who asked before. */
  enter(address: string): Room {
    let lane = this.#lanes.get(address);
    if (lane === undefined) this.#lanes.set(address, lane = { running: 0, waiting: new Queue() });
    const { waiting } = lane;
    const hasRoom = lane.running < this.#limit;
    if (hasRoom) lane.running++;
    return {
      entered: hasRoom ? undefined : new Promise<void>((resolve) => waiting.add(resolve)),
      [Symbol.dispose]: () => {
        const next = waiting.next();
        // the room goes over to whoever waits
        if (next === undefined) lane.running--;
        else next();
      },
    };
  }
}

/** First in, first out, however many wait. */
class Queue {
  #waiting: (() => void)[] = [];
  #first = 0;

  add(resolve: () => void): void {
    this.#waiting.push(resolve);
  }

  next(): (() => void) | undefined {
    const next = this.#waiting[this.#first];
    if (next === undefined) return undefined;
    this.#first++;
    if (this.#first > 1_024) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    return next;
  }
}
