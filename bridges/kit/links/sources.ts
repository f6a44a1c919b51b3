/** What links listen to: one subscription for each subject, however many links begin there. */
import { formatAddress, type LinkSource, subjects } from "@patchbay/contracts";
import { type Bus } from "@patchbay/bus";
import { ChannelFeed } from "./channel_feed.ts";
import type { Clock } from "./clock.ts";
import { StateFeed } from "./state_feed.ts";

/** A whole value of a source: a channel's, or a state. */
export interface Sample {
  value: unknown;
  /** When it was made, by the clock of the source. */
  at: number;
  /** When it arrived, by ours. */
  arrivedAt: number;
  /** What makes a time of the source one of ours, in milliseconds. */
  offsetMs: number;
}

export interface SourceListener {
  sample(sample: Sample): void;
  /** Nothing comes, and nothing will. @param reason for a person */
  failed(reason: string): void;
}

/** One source, followed for as long as somebody listens. */
export interface SourceFeed extends AsyncDisposable {
  /** May call back at once, where the value is known. */
  add(listener: SourceListener): void;
  /** Whether nobody listens any more. */
  remove(listener: SourceListener): boolean;
}

export interface FeedOptions {
  bus: Bus;
  clock: Clock;
  /** Who asks: `blender.ws-07`. */
  source: string;
}

export class LinkSources implements AsyncDisposable {
  readonly #options: FeedOptions;
  readonly #feeds = new Map<string, SourceFeed>();
  readonly #ending = new Set<Promise<void>>();

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** How many subjects are listened to. */
  get size(): number {
    return this.#feeds.size;
  }

  listen(source: LinkSource, listener: SourceListener): Disposable {
    const { app, bridge } = source;
    const subject = "channel" in source ? subjects.channel(app, bridge, source.channel) : subjects.state(app, bridge);
    let feed = this.#feeds.get(subject);
    if (feed === undefined) {
      feed = "channel" in source ? new ChannelFeed(source, this.#options) : new StateFeed(source, this.#options);
      this.#feeds.set(subject, feed);
    }
    const following = feed;
    following.add(listener);
    return {
      [Symbol.dispose]: () => {
        if (!following.remove(listener) || this.#feeds.get(subject) !== following) return;
        this.#feeds.delete(subject);
        const ended = Promise.resolve(following[Symbol.asyncDispose]()).finally(() => void this.#ending.delete(ended));
        this.#ending.add(ended);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const feeds = [...this.#feeds.values()];
    this.#feeds.clear();
    await Promise.all([...this.#ending, ...feeds.map((feed) => feed[Symbol.asyncDispose]())]);
  }
}

/** `ableton.ws-07, channel beat`: a source for a person. */
export function describeSource(source: LinkSource): string {
  const address = formatAddress(source);
  return "channel" in source ? `${address}, channel ${source.channel}` : `${address}, state ${source.state || "/"}`;
}
