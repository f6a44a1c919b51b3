/** Server-sent events (HTML standard, 9.2): one bounded queue a reader, heartbeats, and an end when either side goes. */
import { type Id, toProblem } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { EventQueue, type Taken } from "./event_queue.ts";
import type { Limits } from "./limits.ts";

const log = logger("gateway");
const encoder = new TextEncoder();

export interface ServerEvent {
  /** Where a reader that comes back goes on; events that cannot be repeated have none. */
  id?: string;
  event: string;
  data: unknown;
}

export interface EventStreamOptions {
  limits: Pick<Limits, "queuedEvents" | "queuedCharacters" | "heartbeatMs">;
  correlationId: Id;
  /** Ends the stream. */
  signal: AbortSignal;
}

/**
 * An answer that carries what `source` pushes until it returns.
 * When it throws, the last event is `error` with a problem; the reader may come back with `Last-Event-ID`.
 */
export function eventStream(
  source: (push: (event: ServerEvent) => void, signal: AbortSignal) => Promise<void>,
  { limits, correlationId, signal }: EventStreamOptions,
): Response {
  const queue = new EventQueue<string>({
    capacity: limits.queuedEvents,
    maxSize: limits.queuedCharacters,
    sizeOf: (frame) => frame.length,
  });
  const gone = new AbortController();
  const ended = AbortSignal.any([signal, gone.signal]);
  const begin = () => {
    if (ended.aborted) return queue.end();
    ended.addEventListener("abort", () => queue.end(), { once: true });
    source((event) => queue.push(frame(event)), ended)
      .catch((error) => {
        if (ended.aborted) return;
        log.warn("An event stream broke off", { error });
        queue.push(frame({ event: "error", data: toProblem(error, correlationId) }));
      })
      .finally(() => queue.end());
  };
  let begun = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!begun) {
        begun = true;
        begin();
        return controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`));
      }
      const taken = await queue.take(limits.heartbeatMs);
      if (taken.kind === "end") {
        gone.abort();
        controller.close();
      } else controller.enqueue(encoder.encode(textOf(taken)));
    },
    cancel: () => gone.abort(),
    // nothing is followed before somebody reads: the answer to HEAD is never read
  }, { highWaterMark: 0 });
  return new Response(body, { headers: { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" } });
}

/** How long a browser waits before it comes back. */
const RETRY_MS = 1_000;

function textOf(taken: Exclude<Taken<string>, { kind: "end" }>): string {
  if (taken.kind === "idle") return ": still here\n\n";
  return taken.kind === "lagged" ? frame({ event: "lagged", data: { dropped: taken.dropped } }) : taken.item;
}

function frame({ id, event, data }: ServerEvent): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
