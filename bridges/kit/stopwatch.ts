/** When the application began, and how long it took: by the monotonic clock. */
export class Stopwatch {
  started = false;
  startedAt = Date.now();
  #from = performance.now();

  start(): void {
    this.started = true;
    this.startedAt = Date.now();
    this.#from = performance.now();
  }

  get durationMs(): number {
    return this.started ? performance.now() - this.#from : 0;
  }
}
