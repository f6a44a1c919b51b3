/** The samples of one channel, as they come. */
import { ChannelSample } from "@patchbay/contracts";
import { subscribe } from "@patchbay/bus";
import { ClockOffset } from "./clock_offset.ts";
import { Listeners } from "./listeners.ts";
import type { FeedOptions, SourceFeed, SourceListener } from "./sources.ts";

/** More do not wait for a busy process: of a channel, the newest value is what counts. */
const LIMIT = 64;

export class ChannelFeed implements SourceFeed {
  readonly #listeners = new Listeners();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(subject: string, options: FeedOptions) {
    this.#running = this.#follow(subject, options).catch((error) => this.#listeners.failed(error));
  }

  add(listener: SourceListener): void {
    this.#listeners.add(listener);
  }

  remove(listener: SourceListener): boolean {
    return this.#listeners.remove(listener);
  }

  async #follow(subject: string, { bus, clock }: FeedOptions): Promise<void> {
    const offset = new ClockOffset();
    const { signal } = this.#stop;
    for await (const { message } of subscribe(bus, subject, { payload: ChannelSample, limit: LIMIT, signal })) {
      const arrivedAt = clock.now();
      const { payload: { value, at }, metadata } = message;
      // when it was sent, not `at`: that may be long before, or ahead of now
      offset.sample(metadata.timestamp, arrivedAt);
      this.#listeners.sample({ value, at, arrivedAt, offsetMs: offset.ms });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}
