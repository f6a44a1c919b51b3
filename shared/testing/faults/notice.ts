/** Tells whoever waits that something has changed. */
export class Notice {
  #next = Promise.withResolvers<void>();

  give(): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }

  /** Until the next notice, or the signal. */
  async wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = () => resolve();
    signal.addEventListener("abort", stop, { once: true });
    await Promise.race([this.#next.promise, promise]);
    signal.removeEventListener("abort", stop);
  }
}
