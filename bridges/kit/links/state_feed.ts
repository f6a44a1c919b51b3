/** The state of one bridge, followed straight from it: snapshots and patches; what is missing is asked for. */
import {
  applyPatch,
  envelope,
  formatAddress,
  type Id,
  type LinkSource,
  PatchbayError,
  StateUpdate,
  subjects,
  ValidationError,
} from "@patchbay/contracts";
import { request, subscribe } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import { backoffMs, pause } from "../supervision/backoff.ts";
import { ClockOffset } from "./clock_offset.ts";
import { Listeners } from "./listeners.ts";
import type { FeedOptions, Sample, SourceFeed, SourceListener } from "./source_feed.ts";

const SNAPSHOT_TIMEOUT_MS = 5_000;
const BACKOFF = { minMs: 250, maxMs: 30_000 };
const log = logger("bridge");

export class StateFeed implements SourceFeed {
  readonly #address: Pick<LinkSource, "app" | "bridge">;
  readonly #options: FeedOptions;
  readonly #listeners = new Listeners();
  readonly #stop = new AbortController();
  readonly #status: Disposable;
  readonly #offset = new ClockOffset();
  readonly #running: Promise<unknown>;
  #known: { instance: Id; revision: number; sample: Sample } | undefined;
  #asking: Promise<void> | undefined;

  constructor(address: Pick<LinkSource, "app" | "bridge">, options: FeedOptions) {
    this.#address = address;
    this.#options = options;
    this.#running = this.#follow().catch((error) => this.#listeners.failed(error));
    // what was sent while the bus was away is missed
    this.#status = options.bus.onStatus(({ connected }) => connected && this.#ask());
  }

  add(listener: SourceListener): void {
    this.#listeners.add(listener);
    if (this.#known !== undefined) listener.sample(this.#known.sample);
  }

  remove(listener: SourceListener): boolean {
    return this.#listeners.remove(listener);
  }

  async #follow(): Promise<void> {
    const { app, bridge } = this.#address;
    const { signal } = this.#stop;
    const updates = subscribe(this.#options.bus, subjects.state(app, bridge), { payload: StateUpdate, signal });
    void updates.ready.then(() => this.#ask());
    for await (const { message: { payload, metadata } } of updates) this.#apply(payload, metadata.timestamp);
  }

  #apply(update: StateUpdate, at: number): void {
    const arrivedAt = this.#options.clock.now();
    const { instance, revision } = update;
    const known = this.#known;
    this.#offset.sample(at, arrivedAt);
    if (known?.instance === instance && revision <= known.revision) return;
    let value: unknown;
    if (update.kind === "snapshot") value = update.state;
    else if (known?.instance !== instance || revision !== known.revision + 1) return this.#ask();
    else {
      try {
        value = applyPatch(known.sample.value, update.patch);
      } catch (error) {
        if (!(error instanceof ValidationError)) throw error;
        return this.#ask();
      }
    }
    const sample = { value, at, arrivedAt, offsetMs: this.#offset.ms };
    this.#known = { instance, revision, sample };
    this.#listeners.sample(sample);
  }

  #ask(): void {
    if (this.#stop.signal.aborted) return;
    this.#asking ??= this.#askUntilAnswered().finally(() => this.#asking = undefined);
  }

  async #askUntilAnswered(): Promise<void> {
    const { signal } = this.#stop;
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        return await this.#askOnce();
      } catch (error) {
        if (!(error instanceof PatchbayError) || signal.aborted) return;
        log.debug("{bridge} gave no state: {error}", { bridge: formatAddress(this.#address), error: error.message });
        // both show their whole state by themselves, once they have one
        if (error.code === "BRIDGE_OFFLINE" || error.code === "APP_NOT_CONNECTED") return;
      }
      await pause(backoffMs(failures, BACKOFF), signal);
    }
  }

  async #askOnce(): Promise<void> {
    const { bus, source } = this.#options;
    const { app, bridge } = this.#address;
    const question = envelope({ type: "command", payload: {}, source, target: formatAddress(this.#address) });
    const { payload, metadata } = await request(bus, subjects.snapshot(app, bridge), question, {
      payload: StateUpdate,
      absent: "BRIDGE_OFFLINE",
      timeoutMs: SNAPSHOT_TIMEOUT_MS,
      signal: this.#stop.signal,
    });
    this.#apply(payload, metadata.timestamp);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#status[Symbol.dispose]();
    this.#stop.abort();
    await this.#running;
    await this.#asking;
  }
}
