/** What links listen to: one subscription for each subject, however many links begin there. */
import { formatAddress, type LinkSource, subjects } from "@patchbay/contracts";
import { ChannelFeed } from "./channel_feed.ts";
import type { FeedOptions, SourceFeed, SourceListener } from "./source_feed.ts";
import { StateFeed } from "./state_feed.ts";

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
