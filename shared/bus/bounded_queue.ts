/** A queue between a callback and a loop that reads it. When it is full, the oldest item goes. */
export class BoundedQueue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  readonly #limit: number;
  #waiting: (() => void) | undefined;
  #end: { error: Error | undefined } | undefined;
  /** Items that were dropped. */
  dropped = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(item: T): void {
    if (this.#end !== undefined) return;
    if (this.#items.length >= this.#limit) {
      this.#items.shift();
      this.dropped++;
    }
    this.#items.push(item);
    this.#wake();
  }

  /** What is queued is still read; then the loop ends, with the error if there is one. */
  close(error?: Error): void {
    this.#end ??= { error };
    this.#wake();
  }

  /** Forgets what is queued, and ends the loop. */
  clear(): void {
    this.#items.length = 0;
    this.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        yield item;
      } else if (this.#end !== undefined) {
        if (this.#end.error !== undefined) throw this.#end.error;
        return;
      } else {
        await new Promise<void>((resolve) => this.#waiting = resolve);
      }
    }
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }
}
