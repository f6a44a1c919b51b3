/** Many messages of a stream with one question, from whichever copy of it answers. */
import { createInbox, type Msg } from "@nats-io/nats-core";
import { PatchbayError, UnavailableError } from "@patchbay/contracts";
import { cancelled } from "./abort.ts";
import { type Bus, whenConnected } from "./bus.ts";
import type { StoredMessage } from "./feed.ts";
import { API_TIMEOUT_MS } from "./jetstream_api.ts";

export interface DirectBatch {
  /** In their order. */
  messages: StoredMessage[];
  /** Whether there are more behind them. */
  more: boolean;
}

export interface DirectBatchOptions {
  /** Which messages: wildcards allowed. */
  subject: string;
  /** The first sequence that is looked at. */
  seq: number;
  batch: number;
  signal: AbortSignal | undefined;
}

const NOT_FOUND = 404;
const END_OF_BATCH = 204;
const TRIES = 3;

/**
 * Reads up to `batch` messages.
 * @throws {UnavailableError} `BUS_UNAVAILABLE` when there is no whole answer within five seconds, three times
 * @throws {PatchbayError} `CANCELLED`
 */
export async function directBatch(bus: Bus, stream: string, options: DirectBatchOptions): Promise<DirectBatch> {
  for (let tries = 1;; tries++) {
    try {
      return await ask(bus, stream, options);
    } catch (error) {
      if (!(error instanceof UnavailableError) || tries === TRIES) throw error;
    }
  }
}

async function ask(bus: Bus, stream: string, { subject, seq, batch, signal }: DirectBatchOptions) {
  const action = `Cannot read ${stream} from ${seq}`;
  const answer = Promise.withResolvers<DirectBatch>();
  const fail = (why: string) => answer.reject(new UnavailableError("BUS_UNAVAILABLE", `${action}: ${why}`));
  if (!await whenConnected(bus, API_TIMEOUT_MS, signal)) fail("the bus is away");
  const messages: StoredMessage[] = [];
  const receive = (message: Msg) => {
    const { code = 0, description = "" } = message.headers ?? {};
    if (code === NOT_FOUND) return answer.resolve({ messages, more: false });
    const pending = Number(message.headers?.get("Nats-Num-Pending"));
    if (code === END_OF_BATCH) return answer.resolve({ messages, more: pending > 0 });
    if (code !== 0) {
      return answer.reject(
        PatchbayError.of(code === 503 ? "BUS_UNAVAILABLE" : "INTERNAL", `${action}: ${description}`),
      );
    }
    messages.push({
      subject: message.headers?.get("Nats-Subject") ?? "",
      seq: Number(message.headers?.get("Nats-Sequence")),
      headers: message.headers,
      data: message.data,
    });
  };
  const inbox = bus.nc.subscribe(createInbox(bus.inboxPrefix), {
    callback: (error, message) => error === null ? receive(message) : fail(error.message),
  });
  using _status = bus.onStatus(({ connected }) => connected || fail("the connection broke"));
  const timer = setTimeout(() => fail("the server does not answer"), API_TIMEOUT_MS);
  const onAbort = () => signal && answer.reject(cancelled(action, signal));
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const question = { seq, batch, next_by_subj: subject };
    bus.nc.publish(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify(question), { reply: inbox.getSubject() });
    return await answer.promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
    if (!inbox.isClosed()) inbox.unsubscribe();
  }
}
