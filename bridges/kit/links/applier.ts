/**
 * Brings the values of one link into the application: each at its time, one at a time, no more than it may get; of what
 * waits, only the newest. What is refused is not repeated, and the next value waits the longer the more of them failed.
 */
import { PatchbayError, sameJson } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { backoffMs } from "../supervision/backoff.ts";
import type { Clock } from "./clock.ts";
import { Latencies } from "./latencies.ts";
import { Schedule, type Scheduled } from "./schedule.ts";

export interface ApplierOptions {
  clock: Clock;
  /** The least time between two values, in milliseconds. */
  intervalMs: number;
  /** Whether the application takes values now. */
  isThere(): boolean;
  /** Carries a value into the application. @throws what it answers */
  apply(value: unknown, signal: AbortSignal): Promise<void>;
  /** Something has changed that a person is shown. */
  onChange(): void;
  /** The value did not arrive. */
  onFailed(): void;
}

const BACKOFF = { minMs: 250, maxMs: 10_000 };
const log = logger("bridge");

export class Applier implements AsyncDisposable {
  readonly #options: ApplierOptions;
  readonly #schedule = new Schedule();
  readonly #latencies = new Latencies();
  readonly #stop = new AbortController();
  #applying: Promise<void> | undefined;
  /** By our clock: before, nothing is applied. */
  #notBefore = -Infinity;
  #failures = 0;
  #timer: Disposable | undefined;
  #dropped = 0;
  /** How many the application took, and how many it refused. */
  readonly counts = { applied: 0, failed: 0 };
  /** The last value that was applied, and when. */
  applied: { value: unknown; at: number } | undefined;
  /** Why the last value was refused; `undefined` where it was not. */
  failure: string | undefined;

  constructor(options: ApplierOptions) {
    this.#options = options;
  }

  /** How many were left out: newer ones came first, or they changed nothing. */
  get dropped(): number {
    return this.#dropped + this.#schedule.dropped;
  }

  get latencyMs(): { p50: number; p99: number } | undefined {
    return this.#latencies.quantiles;
  }

  add(item: Scheduled): void {
    this.#schedule.add(item);
    this.pump();
  }

  /** The application is another one: what was applied and refused says nothing of it. */
  reset(): void {
    this.applied = undefined;
    this.failure = undefined;
    this.#failures = 0;
    this.#notBefore = -Infinity;
    this.pump();
  }

  /** Counts a value that could not even be sent. */
  refuse(reason: string): void {
    this.counts.failed++;
    this.#fail(reason);
  }

  pump(): void {
    if (this.#applying !== undefined || this.#stop.signal.aborted) return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    const { clock, isThere } = this.#options;
    const now = clock.now();
    const item = this.#schedule.ready(now);
    if (item === undefined) return this.#wait(this.#schedule.next, now);
    if (this.applied !== undefined && sameJson(item.value, this.applied.value)) {
      this.#schedule.take();
      this.#dropped++;
      return this.pump();
    }
    if (!isThere()) return;
    if (now < this.#notBefore) return this.#wait(this.#notBefore, now);
    this.#schedule.take();
    this.#applying = this.#apply(item).finally(() => {
      this.#applying = undefined;
      this.pump();
    });
  }

  #wait(until: number | undefined, now: number): void {
    if (until !== undefined) this.#timer = this.#options.clock.after(Math.max(0, until - now), () => this.pump());
  }

  async #apply({ value, arrivedAt }: Scheduled): Promise<void> {
    const { clock, intervalMs, apply, onChange } = this.#options;
    this.#notBefore = clock.now() + intervalMs;
    try {
      await apply(value, this.#stop.signal);
      const at = clock.now();
      this.#latencies.add(at - arrivedAt);
      this.applied = { value, at };
      this.counts.applied++;
      this.#failures = 0;
      if (this.failure === undefined && this.counts.applied > 1) return;
      this.failure = undefined;
      onChange();
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      // the application went away meanwhile: that says the status
      if (error instanceof PatchbayError && error.code === "APP_NOT_CONNECTED") return this.#lose();
      if (!(error instanceof PatchbayError)) log.error("a value of a link failed: {error}", { error });
      this.counts.failed++;
      this.#fail(error instanceof PatchbayError ? error.message : "an unexpected fault");
    }
  }

  #lose(): void {
    this.#dropped++;
    this.#options.onFailed();
  }

  #fail(reason: string): void {
    const { clock, onFailed, onChange } = this.#options;
    this.#failures++;
    this.#notBefore = clock.now() + backoffMs(this.#failures, BACKOFF);
    this.applied = undefined;
    this.failure = reason;
    onFailed();
    onChange();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    this.#stop.abort(PatchbayError.of("CANCELLED", "The link has ended"));
    await this.#applying;
  }
}
