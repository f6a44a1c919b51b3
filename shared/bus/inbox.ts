/**
 * One message out, one reply in. nats.js has this too, but its requests cannot be cancelled, hold their timer until
 * it fires, and do not notice that the broker went away; so replies come to one subscription of our own.
 */
import {
  ClosedConnectionError,
  createInbox,
  DrainingConnectionError,
  type Msg,
  type NatsConnection,
  PermissionViolationError,
} from "@nats-io/nats-core";
import { PatchbayError } from "@patchbay/contracts";
import { cancelled } from "./abort.ts";
import { toHeaders } from "./headers.ts";

export type Outcome =
  | { kind: "reply"; message: Msg }
  /** Nobody listens on the subject. */
  | { kind: "nobody" }
  /** Nothing came in time. */
  | { kind: "timeout" }
  /** The connection broke after the message was sent: whether it arrived is not known. */
  | { kind: "disconnected" };

export interface Exchange {
  subject: string;
  data: Uint8Array;
  headers: Record<string, string>;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Whether to give up when the connection breaks. @default false: a reply may still come after the reconnection */
  untilDisconnected?: boolean;
}

interface Pending {
  subject: string;
  untilDisconnected: boolean;
  settle(outcome: Outcome): void;
  fail(error: Error): void;
}

const NO_RESPONDERS = 503;

export class Inbox {
  readonly #nc: NatsConnection;
  readonly #prefix: string;
  readonly #pending = new Map<string, Pending>();
  #listening = false;
  #next = 0;
  /** Replies that came after their request was given up. */
  late = 0;

  constructor(nc: NatsConnection, inboxPrefix: string) {
    this.#nc = nc;
    this.#prefix = createInbox(inboxPrefix);
  }

  /**
   * Sends a message and waits for the first answer.
   * @throws {PatchbayError} `CANCELLED` when the signal fires, `FORBIDDEN` when the server does not allow the subject
   */
  exchange({ subject, data, headers, timeoutMs, signal, untilDisconnected = false }: Exchange): Promise<Outcome> {
    if (signal?.aborted) return Promise.reject(cancelled(`Cannot ask ${subject}`, signal));
    const token = (this.#next++).toString(36);
    return new Promise((resolve, reject) => {
      const finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        this.#pending.delete(token);
      };
      const pending: Pending = {
        subject,
        untilDisconnected,
        settle: (outcome) => (finish(), resolve(outcome)),
        fail: (error) => (finish(), reject(error)),
      };
      const onAbort = () => signal && pending.fail(cancelled(`Cannot ask ${subject}`, signal));
      const timer = setTimeout(() => pending.settle({ kind: "timeout" }), Math.max(0, timeoutMs));
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#pending.set(token, pending);
      try {
        this.#listen();
        this.#nc.publish(subject, data, { reply: `${this.#prefix}.${token}`, headers: toHeaders(headers) });
      } catch (cause) {
        const ends = cause instanceof DrainingConnectionError || cause instanceof ClosedConnectionError;
        const message = `Cannot ask ${subject}: ${ends ? "the connection ends" : "the message cannot be sent"}`;
        pending.fail(PatchbayError.of(ends ? "BUS_UNAVAILABLE" : "INTERNAL", message, { cause }));
      }
    });
  }

  /** The connection broke: ends the exchanges that asked for that. */
  disconnected(): void {
    for (const pending of [...this.#pending.values()]) {
      if (pending.untilDisconnected) pending.settle({ kind: "disconnected" });
    }
  }

  /** The connection was closed for good. */
  closed(): void {
    for (const pending of [...this.#pending.values()]) pending.settle({ kind: "disconnected" });
  }

  /** The server refused to let us publish on `subject`. */
  refused(error: PermissionViolationError): void {
    if (error.operation !== "publish") return;
    for (const pending of [...this.#pending.values()]) {
      if (pending.subject === error.subject) pending.fail(forbidden(error));
    }
  }

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#nc.subscribe(`${this.#prefix}.*`, {
      callback: (error, message) => {
        if (error === null) return this.#receive(message);
        this.#listening = false;
        const failure = error instanceof PermissionViolationError ? forbidden(error) : error;
        for (const pending of [...this.#pending.values()]) pending.fail(failure);
      },
    });
  }

  #receive(message: Msg): void {
    const pending = this.#pending.get(message.subject.slice(this.#prefix.length + 1));
    if (pending === undefined) {
      this.late++;
    } else if (message.data.length === 0 && message.headers?.code === NO_RESPONDERS) {
      pending.settle({ kind: "nobody" });
    } else {
      pending.settle({ kind: "reply", message });
    }
  }
}

/** The error for a subject that the server does not let this user use. */
export function forbidden(error: PermissionViolationError): PatchbayError {
  const action = error.operation === "publish" ? "publish to" : "subscribe to";
  return new PatchbayError(
    "FORBIDDEN",
    `Cannot ${action} ${error.subject}: the server does not allow it to this user`,
    {
      cause: error,
      context: { subject: error.subject },
      remedy: "Give this user of the bus the right to that subject: `docs/security.md` has the table.",
    },
  );
}
