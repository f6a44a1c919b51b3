/** The samples of one channel, as they come: read in the callback of the connection, for each turn of a loop is latency. */
import type { Subscription } from "@nats-io/nats-core";
import {
  type AppName,
  type BridgeId,
  ChannelSample,
  decodeEnvelope,
  type SignalName,
  subjects,
  ValidationError,
} from "@patchbay/contracts";
import { isReplay } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import { ClockOffset } from "./clock_offset.ts";
import { Listeners } from "./listeners.ts";
import type { FeedOptions, SourceFeed, SourceListener } from "./source_feed.ts";

const log = logger("bridge");

export class ChannelFeed implements SourceFeed {
  readonly #listeners = new Listeners();
  readonly #offset = new ClockOffset();
  readonly #subscription: Subscription;

  constructor(source: ChannelAddress, options: FeedOptions) {
    const subject = subjects.channel(source.app, source.bridge, source.channel);
    this.#subscription = options.bus.nc.subscribe(subject, {
      callback: (error, message) => {
        if (error !== null) return this.#listeners.failed(error);
        if (!isReplay(message)) this.#receive(message.data, source, options);
      },
    });
  }

  add(listener: SourceListener): void {
    this.#listeners.add(listener);
  }

  remove(listener: SourceListener): boolean {
    return this.#listeners.remove(listener);
  }

  #receive(data: Uint8Array, { app, bridge, channel }: ChannelAddress, { clock }: FeedOptions): void {
    const arrivedAt = clock.now();
    try {
      const { payload, metadata } = decodeEnvelope(data, ChannelSample);
      // the server lets each bridge send under its own address only; what it says of itself is checked here
      if (payload.app !== app || payload.bridge !== bridge) return;
      // when it was sent, not `at`: that may be long before, or ahead of now
      this.#offset.sample(metadata.timestamp, arrivedAt);
      this.#listeners.sample({ value: payload.value, at: payload.at, arrivedAt, offsetMs: this.#offset.ms });
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      log.warn("ignored a sample of {app}.{bridge}'s {channel}: {error}", {
        app,
        bridge,
        channel,
        error: error.message,
      });
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (!this.#subscription.isClosed()) this.#subscription.unsubscribe();
    return Promise.resolve();
  }
}

interface ChannelAddress {
  app: AppName;
  bridge: BridgeId;
  channel: SignalName;
}
