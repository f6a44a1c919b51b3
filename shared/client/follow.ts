/** Follows a stream of events over every break of the connection, from the last event that came. */
import { fromProblem, PatchbayError, Problem } from "@patchbay/contracts";
import { broken, type CallOptions, type Http, type HttpRequest } from "./http.ts";
import { readEvents, type ReceivedEvent } from "./sse_reader.ts";

export interface FollowOptions extends CallOptions {
  /** How long the gateway may be away before the loop gives up, in milliseconds. @default 60_000 */
  patienceMs?: number;
}

/** Longer than the gateway's heartbeat: the connection is dead although nobody said so. */
const SILENCE_MS = 45_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Yields events until the caller stops asking, or the gateway refuses.
 * @throws {PatchbayError} what the gateway refuses with, or `SERVICE_UNAVAILABLE` after `patienceMs` without an event
 */
export async function* follow(
  http: Http,
  request: Pick<HttpRequest, "path" | "query">,
  options: FollowOptions = {},
): AsyncGenerator<ReceivedEvent> {
  const { signal, patienceMs = 60_000 } = options;
  let lastEventId = "";
  let pauseMs = FIRST_PAUSE_MS;
  let awaySince: number | undefined;
  while (true) {
    try {
      for await (const event of connection(http, request, lastEventId, options)) {
        ({ lastEventId } = event);
        pauseMs = FIRST_PAUSE_MS;
        awaySince = undefined;
        if (event.event === "error") throw fromProblem(Problem.parse(JSON.parse(event.data)));
        yield event;
      }
      // The gateway ended the stream before the caller did: it restarts.
      awaySince ??= performance.now();
    } catch (error) {
      if (!(error instanceof PatchbayError && error.retryable) || signal?.aborted) throw error;
      awaySince ??= performance.now();
      if (performance.now() - awaySince > patienceMs) throw error;
    }
    await pause(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

async function* connection(
  http: Http,
  request: Pick<HttpRequest, "path" | "query">,
  lastEventId: string,
  { signal, correlationId }: CallOptions,
): AsyncGenerator<ReceivedEvent> {
  const silent = new AbortController();
  const either = signal === undefined ? silent.signal : AbortSignal.any([signal, silent.signal]);
  let timer = setTimeout(() => silent.abort(), SILENCE_MS);
  const heard = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), SILENCE_MS);
      controller.enqueue(chunk);
    },
  });
  try {
    const headers = lastEventId === "" ? {} : { "Last-Event-ID": lastEventId };
    const response = await http.send({ method: "GET", ...request, headers }, {
      signal: either,
      ...(correlationId === undefined ? {} : { correlationId }),
    });
    if (response.body === null) return;
    yield* readEvents(response.body.pipeThrough(heard).pipeThrough(new TextDecoderStream()), lastEventId);
  } catch (error) {
    if (error instanceof PatchbayError && !(error.code === "CANCELLED" && !signal?.aborted)) throw error;
    throw broken(`follow ${request.path}`, "its address", error, signal);
  } finally {
    clearTimeout(timer);
    silent.abort();
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancelled = () => {
      clearTimeout(timer);
      reject(broken("follow", "its address", signal?.reason, signal));
    };
    if (signal?.aborted) return cancelled();
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", cancelled);
      resolve();
    }, ms);
    signal?.addEventListener("abort", cancelled, { once: true });
  });
}
