/** A bounded queue between what happens and one slow reader: the oldest entries give way, and the reader is told how many. */

export type Taken<T> = { kind: "item"; item: T } | { kind: "lagged"; dropped: number } | { kind: "idle" } | {
  kind: "end";
};

export class EventQueue<T> {
  readonly #items: T[] = [];
  #dropped = 0;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(readonly capacity: number) {}

  push(item: T): void {
    if (this.#ended) return;
    if (this.#items.length >= this.capacity) {
      this.#items.shift();
      this.#dropped++;
    }
    this.#items.push(item);
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
    if (this.#items.length > 0) return { kind: "item", item: this.#items.shift()! };
    return { kind: this.#ended ? "end" : "idle" };
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
