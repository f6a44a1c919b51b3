/** Says how the links of a bridge do: at a change, at most once a second, and now and then although nothing has changed. */
import type { LinkStatus } from "@patchbay/contracts";
import type { Clock } from "./clock.ts";

export interface StatusReporterOptions {
  clock: Clock;
  statuses(now: number): LinkStatus[];
  send(statuses: LinkStatus[]): void;
}

const INTERVAL_MS = 1_000;
/** Whoever has not listened from the beginning knows after so long, in milliseconds. */
const REPEAT_MS = 5_000;

export class StatusReporter implements Disposable {
  readonly #options: StatusReporterOptions;
  #lookedAt = -Infinity;
  #sentAt = -Infinity;
  #sent = "";
  #timer: Disposable | undefined;
  #ended = false;

  constructor(options: StatusReporterOptions) {
    this.#options = options;
  }

  /** A status may have changed; that of a silent source changes by itself, and is looked at every second. */
  changed(): void {
    if (this.#ended) return;
    const { clock } = this.#options;
    const left = this.#lookedAt + INTERVAL_MS - clock.now();
    if (left <= 0) return this.#look();
    this.#timer ??= clock.after(left, () => this.#look());
  }

  #look(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    const { clock, statuses, send } = this.#options;
    const now = this.#lookedAt = clock.now();
    const all = statuses(now);
    const text = JSON.stringify(all.map(({ at: _, ...status }) => status));
    if (text !== this.#sent || all.length > 0 && now - this.#sentAt >= REPEAT_MS) {
      this.#sent = text;
      this.#sentAt = now;
      if (all.length > 0) send(all);
    }
    if (all.length > 0) this.#timer = clock.after(INTERVAL_MS, () => this.#look());
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    this.#timer?.[Symbol.dispose]();
  }
}
