/**
 * One ordered push consumer of JetStream: messages in their order, none missing, as long as it lasts. It ends at the first
 * sign of a gap (the connection broke, the server restarted, a message was lost); whoever reads makes a new one.
 */
import { createInbox, type Msg, type MsgHdrs, nanos, nuid, type Subscription } from "@nats-io/nats-core";
import { z } from "zod";
import type { Bus } from "./bus.ts";
import { parseAckSubject } from "./ack_subject.ts";
import { callApi } from "./jetstream_api.ts";
import { log } from "./log.ts";
import { wasReplay } from "./replay.ts";

/** A message as a stream keeps it. */
export interface StoredMessage {
  subject: string;
  seq: number;
  headers: MsgHdrs | undefined;
  data: Uint8Array;
  /** When the server stored it, by its own clock, in milliseconds since 1970; where it was asked for by a consumer. */
  storedAt?: number;
}

export type FeedItem =
  | { kind: "message"; message: StoredMessage }
  /** All that was there at the start has been given. */
  | { kind: "caught-up" }
  /** The feed ended: something may be missing from here on. */
  | { kind: "gap" };

export type FeedStart = { seq: number } | "start" | "new" | "last-per-subject";

const HEARTBEAT_MS = 5_000;
/** After this silence the consumer is taken for dead: three heartbeats. */
const SILENCE_MS = 3 * HEARTBEAT_MS;
const CONTROL = 100;

const ConsumerInfo = z.looseObject({ num_pending: z.number(), delivered: z.looseObject({ stream_seq: z.number() }) });

export class Feed implements Disposable {
  readonly #bus: Bus;
  readonly #stream: string;
  readonly #name = nuid.next();
  readonly #queue: (FeedItem | { kind: "flow-control"; message: Msg })[] = [];
  readonly #subscription: Subscription;
  readonly #status: Disposable;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => this.#end();
  #silence: ReturnType<typeof setTimeout> | undefined;
  #wake: (() => void) | undefined;
  #delivered = 0;
  #pending = Infinity;
  #caughtUp = false;
  #ended = false;
  /** The sequence behind which this feed began. */
  startedAfter = 0;

  private constructor(bus: Bus, stream: string, signal: AbortSignal | undefined) {
    this.#bus = bus;
    this.#stream = stream;
    this.#signal = signal;
    this.#subscription = bus.nc.subscribe(createInbox(bus.inboxPrefix), {
      callback: (error, message) => error === null ? this.#receive(message) : this.#end(),
    });
    this.#status = bus.onStatus(({ connected }) => connected || this.#end());
    this.#heard();
    signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** @throws as {@linkcode callApi} */
  static async open(
    bus: Bus,
    stream: string,
    { filters, from, signal }: { filters: readonly string[]; from: FeedStart; signal: AbortSignal | undefined },
  ): Promise<Feed> {
    const feed = new Feed(bus, stream, signal);
    try {
      const info = await callApi(
        bus,
        createVerb(stream, feed.#name, filters),
        {
          stream_name: stream,
          config: {
            name: feed.#name,
            deliver_subject: feed.#subscription.getSubject(),
            ...deliverFrom(from),
            ...(filters.length === 1 ? { filter_subject: filters[0] } : { filter_subjects: filters }),
            ack_policy: "none",
            max_deliver: 1,
            flow_control: true,
            idle_heartbeat: nanos(HEARTBEAT_MS),
            inactive_threshold: nanos(SILENCE_MS),
            mem_storage: true,
            num_replicas: 1,
          },
        },
        ConsumerInfo,
        { signal },
      );
      feed.startedAfter = info.delivered.stream_seq;
      feed.#expect(info.num_pending);
      return feed;
    } catch (error) {
      feed[Symbol.dispose]();
      throw error;
    }
  }

  /** The next item; `gap` is the last, `undefined` when the signal has fired. The server sends more only as items are taken. */
  async next(): Promise<FeedItem | undefined> {
    for (;;) {
      if (this.#signal?.aborted) return undefined;
      const item = this.#queue.shift();
      if (item?.kind === "flow-control") item.message.respond();
      else if (item !== undefined) return item;
      else if (this.#ended) return { kind: "gap" };
      else await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  [Symbol.dispose](): void {
    this.#end();
    this.#queue.length = 0;
    if (!this.#bus.connected || this.#bus.nc.isClosed()) return;
    // without interest it goes by itself; said outright, it goes at once
    this.#bus.nc.publish(`$JS.API.CONSUMER.DELETE.${this.#stream}.${this.#name}`);
  }

  #receive(message: Msg): void {
    this.#heard();
    if (message.headers?.code === CONTROL) return this.#control(message);
    // a refusal: the consumer was deleted, the server shuts down
    if (message.data.length === 0 && (message.headers?.code ?? 0) >= 400) return this.#end();
    const place = parseAckSubject(message.reply ?? "");
    if (place?.delivery !== this.#delivered + 1) return this.#end();
    this.#delivered++;
    const { subject, headers, data } = message;
    if (!wasReplay(headers)) {
      this.#push({ kind: "message", message: { subject, seq: place.seq, headers, data, storedAt: place.storedAt } });
    } else {log.warn("refused what another stream's message left in {stream}: {subject}", {
        stream: this.#stream,
        subject,
      });}
    if (this.#delivered >= this.#pending || place.pending === 0) this.#catchUp();
  }

  #control(message: Msg): void {
    // a request of flow control is answered when the reader comes to it: that is what holds the server back
    if (message.reply) return this.#push({ kind: "flow-control", message });
    const stalled = message.headers?.get("Nats-Consumer-Stalled");
    if (stalled) this.#bus.nc.publish(stalled);
    const last = Number(message.headers?.get("Nats-Last-Consumer"));
    if (last > this.#delivered) return this.#end();
    // the server is idle: it has nothing more that was there at the start
    if (this.#pending !== Infinity) this.#catchUp();
  }

  #expect(pending: number): void {
    this.#pending = pending;
    if (this.#delivered >= pending) this.#catchUp();
  }

  #catchUp(): void {
    if (this.#caughtUp) return;
    this.#caughtUp = true;
    this.#push({ kind: "caught-up" });
  }

  #heard(): void {
    clearTimeout(this.#silence);
    if (!this.#ended) this.#silence = setTimeout(() => this.#end(), SILENCE_MS);
  }

  #push(item: FeedItem | { kind: "flow-control"; message: Msg }): void {
    if (this.#ended) return;
    this.#queue.push(item);
    this.#wake?.();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#silence);
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#status[Symbol.dispose]();
    if (!this.#subscription.isClosed()) this.#subscription.unsubscribe();
    this.#wake?.();
  }
}

function deliverFrom(from: FeedStart) {
  if (from === "start") return { deliver_policy: "all" };
  if (from === "new") return { deliver_policy: "new" };
  if (from === "last-per-subject") return { deliver_policy: "last_per_subject" };
  return { deliver_policy: "by_start_sequence", opt_start_seq: Math.max(1, from.seq) };
}

/** With one filter, the filter is in the subject, so that permissions can name it. */
function createVerb(stream: string, name: string, [filter, ...more]: readonly string[]): string {
  const verb = `CONSUMER.CREATE.${stream}.${name}`;
  return filter === undefined || more.length > 0 ? verb : `${verb}.${filter}`;
}
