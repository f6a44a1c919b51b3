/** Values that wait for their time: of those whose time has come, only the newest is left. */

export interface Scheduled {
  value: unknown;
  /** When it takes effect, by our clock; -Infinity for at once. */
  due: number;
  arrivedAt: number;
}

/** More do not wait: ten seconds of a channel at its fastest. */
const LIMIT = 10_000;

export class Schedule {
  #waiting: Scheduled[] = [];
  #ready: Scheduled | undefined;
  /** How many were left out, as newer ones came first. */
  dropped = 0;

  add(item: Scheduled): void {
    // they mostly come in order
    let place = this.#waiting.length;
    while (place > 0 && (this.#waiting[place - 1]?.due ?? 0) > item.due) place--;
    this.#waiting.splice(place, 0, item);
    if (this.#waiting.length <= LIMIT) return;
    this.#waiting.shift();
    this.dropped++;
  }

  /** The value whose turn it is; it stays until it is taken. */
  ready(now: number): Scheduled | undefined {
    let count = 0;
    while ((this.#waiting[count]?.due ?? Infinity) <= now) count++;
    if (count === 0) return this.#ready;
    this.dropped += count - (this.#ready === undefined ? 1 : 0);
    this.#ready = this.#waiting[count - 1];
    this.#waiting = this.#waiting.slice(count);
    return this.#ready;
  }

  take(): void {
    this.#ready = undefined;
  }

  /** When the next value has its turn, if one waits. */
  get next(): number | undefined {
    return this.#waiting[0]?.due;
  }
}
