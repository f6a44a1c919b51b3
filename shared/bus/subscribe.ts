/** Listening to what is sent now: events, progress, channels. */
import { PermissionViolationError } from "@nats-io/nats-core";
import { decodeEnvelope, type EnvelopeOf, type PatchbayError, ValidationError } from "@patchbay/contracts";
import type { z } from "zod";
import { BoundedQueue } from "./bounded_queue.ts";
import type { Bus } from "./bus.ts";
import { fromHeaders } from "./headers.ts";
import { forbidden } from "./inbox.ts";
import { log } from "./log.ts";
import { checkOrigin } from "./origin.ts";
import { isReplay } from "./replay.ts";

export interface Received<P> {
  subject: string;
  message: EnvelopeOf<P>;
  headers: ReadonlyMap<string, string>;
}

export interface SubscribeOptions<P extends z.ZodType> {
  payload: P;
  /** Subscriptions with the same queue share the messages. */
  queue?: string;
  /** Ends the subscription, quietly. */
  signal?: AbortSignal;
  /** Messages that may wait for the reader; the oldest go first. @default 1024 */
  limit?: number;
  /** Gets what is no message of this kind. @default logged */
  onInvalid?(error: ValidationError, subject: string): void;
}

/** Messages as they come. Ends when it is disposed or its signal fires; ending the loop over it disposes it too. */
export interface Subscription<P> extends AsyncIterable<Received<P>>, AsyncDisposable {
  /** Messages that were dropped because the reader was too slow. */
  readonly dropped: number;
  /** Resolves once the server knows the subscription: what is sent after that arrives. */
  readonly ready: Promise<void>;
}

const LIMIT = 1024;

/**
 * Subscribes to a subject, wildcards allowed. The subscription outlives reconnections; what is sent while the bus is away
 * is missed.
 * @throws {PatchbayError} in the loop: `FORBIDDEN` when this user may not listen there
 * @example
 * ```ts
 * import { type Bus, subscribe } from "@patchbay/bus";
 * import { type Id, Progress, subjects } from "@patchbay/contracts";
 *
 * async function watch(bus: Bus, correlationId: Id, show: (fraction?: number) => void): Promise<void> {
 *   await using progress = subscribe(bus, subjects.progress(correlationId), { payload: Progress });
 *   for await (const { message } of progress) show(message.payload.fraction);
 * }
 * ```
 */
export function subscribe<P extends z.ZodType>(
  bus: Bus,
  subject: string,
  { payload, queue, signal, limit = LIMIT, onInvalid = logInvalid }: SubscribeOptions<P>,
): Subscription<z.output<P>> {
  const items = new BoundedQueue<Received<z.output<P>>>(limit);
  const subscription = bus.nc.subscribe(subject, {
    ...(queue === undefined ? {} : { queue }),
    callback: (error, message) => {
      if (error !== null) {
        return items.close(error instanceof PermissionViolationError ? forbidden(error) : error);
      }
      if (isReplay(message)) {
        return log.warn("refused a message of a stream on {subject}", { subject: message.subject });
      }
      try {
        const decoded = decodeEnvelope(message.data, payload);
        checkOrigin(message.subject, decoded.payload);
        items.push({ subject: message.subject, message: decoded, headers: fromHeaders(message.headers) });
      } catch (invalid) {
        if (!(invalid instanceof ValidationError)) throw invalid;
        onInvalid(invalid, message.subject);
      }
    },
  });
  // the connection was closed, or the server ended the subscription
  subscription.closed.then(() => items.close());
  const stop = () => {
    signal?.removeEventListener("abort", stop);
    if (!subscription.isClosed()) subscription.unsubscribe();
    items.clear();
  };
  if (signal?.aborted) stop();
  else signal?.addEventListener("abort", stop, { once: true });
  return {
    get dropped() {
      return items.dropped;
    },
    ready: bus.connected ? bus.nc.flush().catch(() => {}) : Promise.resolve(),
    async *[Symbol.asyncIterator]() {
      try {
        yield* items;
      } finally {
        stop();
      }
    },
    [Symbol.asyncDispose]() {
      stop();
      return Promise.resolve();
    },
  };
}

function logInvalid(error: PatchbayError, subject: string): void {
  log.warn("ignored a message on {subject}: {error}", { subject, error: error.message });
}
