/** Notices an application that hangs: its main thread answers pings and sends heartbeats, or it is in trouble. */

export interface PulseOptions {
  /** The main thread may be silent for so long, in milliseconds. */
  silenceMs: number;
  /** Between two pings, in milliseconds. @default a third of the silence */
  intervalMs?: number;
  /** Asks the main thread for a sign of life. */
  ping(): Promise<unknown>;
  /** It has been silent for too long: said once, until there is a sign of life again. */
  onSilent(): void;
  /** There is a sign of life after a silence. */
  onAlive?(): void;
}

export class Pulse implements Disposable {
  readonly #options: PulseOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #lastBeat = performance.now();
  #busyUntil = 0;
  #asked = false;
  #silent = false;

  constructor(options: PulseOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#check(), options.intervalMs ?? options.silenceMs / 3);
  }

  /** The main thread has given a sign of life. */
  beat(): void {
    this.#lastBeat = performance.now();
    if (!this.#silent) return;
    this.#silent = false;
    this.#options.onAlive?.();
  }

  /** A command has the main thread, and may keep it until its deadline, in milliseconds since 1970. */
  busy(deadline: number): Disposable {
    this.#busyUntil = performance.now() + deadline - Date.now();
    return {
      [Symbol.dispose]: () => {
        this.#busyUntil = 0;
        // a command that was given up is no sign of life, but time begins anew
        this.#lastBeat = performance.now();
      },
    };
  }

  #check(): void {
    const { silenceMs, ping, onSilent } = this.#options;
    const silence = performance.now() - Math.max(this.#lastBeat, this.#busyUntil);
    if (silence >= silenceMs && !this.#silent) {
      this.#silent = true;
      onSilent();
    }
    if (this.#asked) return;
    this.#asked = true;
    // an answer of any kind is a sign of life; a link that is gone is noticed elsewhere
    ping().then(() => this.beat(), () => {}).finally(() => this.#asked = false);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
