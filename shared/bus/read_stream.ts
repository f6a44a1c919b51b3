/** Reading what a stream keeps, in order and without gaps, over reconnections. */
import { decodeEnvelope, type EnvelopeOf, UnavailableError, ValidationError } from "@patchbay/contracts";
import type { z } from "zod";
import { backoffMs, pause } from "./backoff.ts";
import type { Bus } from "./bus.ts";
import { Feed, type FeedItem, type FeedStart } from "./feed.ts";
import { log } from "./log.ts";
import { checkOrigin } from "./origin.ts";
import type { StreamName } from "./streams.ts";

export interface StreamItem<P> {
  subject: string;
  seq: number;
  /** When the server stored it, by its own clock, in milliseconds since 1970. */
  storedAt: number;
  message: EnvelopeOf<P>;
}

export interface ReadStreamOptions<P extends z.ZodType> {
  /** Which messages: a subject, wildcards allowed. */
  subject: string;
  payload: P;
  /** Where to begin; a number is the first sequence that is read. */
  from: "start" | "new" | "last-per-subject" | number;
  /** Whether to go on with what comes; else it ends with what is there at the start. */
  follow: boolean;
  /** Ends the loop, quietly. */
  signal?: AbortSignal;
  /** Gets what is no message of this kind, or of somebody else than its subject says; what it throws ends the loop. @default logged */
  onInvalid?(error: ValidationError, subject: string, seq: number): void;
}

/**
 * Reads a stream in order. While the bus is away it waits, and goes on where it was.
 * @throws {PatchbayError} in the loop: `FORBIDDEN`, `BUS_UNAVAILABLE` when there is no such stream
 * @example
 * ```ts
 * import { type Bus, readStream } from "@patchbay/bus";
 * import { applyRunEvent, eventsOf, type Run, RunLogEntry, subjects } from "@patchbay/contracts";
 *
 * async function load(bus: Bus, runId: string): Promise<Run | undefined> {
 *   let run: Run | undefined;
 *   const log = { subject: subjects.run(runId), payload: RunLogEntry, from: "start", follow: false } as const;
 *   for await (const { message } of readStream(bus, "RUNS", log)) {
 *     for (const event of eventsOf(message.payload)) run = applyRunEvent(run, event);
 *   }
 *   return run;
 * }
 * ```
 */
export async function* readStream<P extends z.ZodType>(
  bus: Bus,
  stream: StreamName,
  { subject, payload, from, follow, signal, onInvalid = logInvalid }: ReadStreamOptions<P>,
): AsyncGenerator<StreamItem<z.output<P>>, void> {
  const start = typeof from === "number" ? { seq: from } : from;
  for await (const item of readFeed(bus, stream, { filters: [subject], from: start, signal })) {
    if (item.kind === "caught-up" && !follow) return;
    if (item.kind !== "message") continue;
    const { seq, data, subject: on, storedAt = 0 } = item.message;
    let message: EnvelopeOf<z.output<P>>;
    try {
      message = decodeEnvelope(data, payload);
      checkOrigin(on, message.payload);
    } catch (invalid) {
      if (!(invalid instanceof ValidationError)) throw invalid;
      onInvalid(invalid, on, seq);
      continue;
    }
    yield { subject: on, seq, storedAt, message };
  }
}

function logInvalid(error: ValidationError, subject: string, seq: number): void {
  log.warn("ignored message {seq} on {subject}: {error}", { subject, seq, error: error.message });
}

export interface ReadFeedOptions {
  filters: readonly string[];
  from: FeedStart;
  signal: AbortSignal | undefined;
  /** Where to begin after a gap. @default behind the last message that was given */
  after?: "resume" | "again";
}

/**
 * A {@linkcode Feed} that is made anew after each gap, for ever; `gap` says that it was. Ends quietly when the signal fires.
 * @throws {UnavailableError} `BUS_UNAVAILABLE` when the connection is closed before all that was there has been given
 */
export async function* readFeed(
  bus: Bus,
  stream: string,
  { filters, from, signal, after = "resume" }: ReadFeedOptions,
): AsyncGenerator<FeedItem, void> {
  let next = from;
  let complete = false;
  for (let first = true; !signal?.aborted; first = false) {
    using feed = await openFeed(bus, stream, { filters, from: next, signal, first });
    if (feed === undefined) break;
    if (after === "resume") next = { seq: feed.startedAfter + 1 };
    for (;;) {
      const item = await feed.next();
      if (item === undefined) return;
      if (item.kind === "message" && after === "resume") next = { seq: item.message.seq + 1 };
      if (item.kind === "caught-up") complete = true;
      yield item;
      if (item.kind === "gap") break;
    }
    if (bus.nc.isClosed()) break;
  }
  if (!complete && !signal?.aborted) {
    throw new UnavailableError("BUS_UNAVAILABLE", `Cannot read all of ${stream}: the connection was closed`);
  }
}

/** Opens a feed; one that was there before is tried for until it is there again. */
async function openFeed(
  bus: Bus,
  stream: string,
  { first, ...options }: {
    filters: readonly string[];
    from: FeedStart;
    signal: AbortSignal | undefined;
    first: boolean;
  },
): Promise<Feed | undefined> {
  for (let attempt = 0;; attempt++) {
    try {
      return await Feed.open(bus, stream, options);
    } catch (error) {
      if (options.signal?.aborted || bus.nc.isClosed()) return undefined;
      if (first || !(error instanceof UnavailableError)) throw error;
      log.warn("cannot read {stream} for now: {error}", { stream, error: error.message });
    }
    // the signal ends the loop above
    await pause(backoffMs(attempt), options.signal).catch(() => {});
    if (options.signal?.aborted) return undefined;
  }
}
