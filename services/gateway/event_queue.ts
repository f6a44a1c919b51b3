/** A bounded queue between what happens and one slow reader: the oldest entries give way, and the reader is told how many. */

export type Taken<T> = { kind: "item"; item: T } | { kind: "lagged"; dropped: number } | { kind: "idle" } | {
  kind: "end";
};

export interface EventQueueOptions<T> {
  /** Entries that may wait. */
  capacity: number;
  /** What they may have together, by {@linkcode EventQueueOptions.sizeOf}; the last entry stays whatever its size. @default no limit */
  maxSize?: number;
  sizeOf?(item: T): number;
}

export class EventQueue<T> {
  readonly #options: EventQueueOptions<T>;
  readonly #items: { item: T; size: number }[] = [];
  #size = 0;
  #dropped = 0;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(options: EventQueueOptions<T>) {
    this.#options = options;
  }

  push(item: T): void {
    if (this.#ended) return;
    const { capacity, maxSize = Infinity, sizeOf = () => 1 } = this.#options;
    const size = sizeOf(item);
    while (this.#items.length > 0 && (this.#items.length >= capacity || this.#size + size > maxSize)) {
      this.#shift();
      this.#dropped++;
    }
    this.#items.push({ item, size });
    this.#size += size;
    this.#wake?.();
  }

  /** What is queued can still be taken. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** The next entry; `idle` when there was none for so long. For one reader only. */
  async take(idleMs: number): Promise<Taken<T>> {
    if (this.#items.length === 0 && !this.#ended) await this.#something(idleMs);
    if (this.#dropped > 0) {
      const dropped = this.#dropped;
      this.#dropped = 0;
      return { kind: "lagged", dropped };
    }
    if (this.#items.length > 0) return { kind: "item", item: this.#shift() };
    return { kind: this.#ended ? "end" : "idle" };
  }

  #shift(): T {
    const { item, size } = this.#items.shift()!;
    this.#size -= size;
    return item;
  }

  #something(idleMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, idleMs);
      this.#wake = done;
    });
  }
}
