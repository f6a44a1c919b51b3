/** One job as a bridge gets it: a command, and the handle with which the bridge keeps it, hands it back or ends it. */
import {
  ANY_BRIDGE,
  type AppName,
  type BridgeId,
  Command,
  decodeEnvelope,
  type EnvelopeOf,
  HEADERS,
  type Id,
  parseSubject,
  Priority,
  ValidationError,
} from "@patchbay/contracts";
import type { Msg, MsgHdrs } from "@nats-io/nats-core";
import { parseAckSubject } from "./ack_subject.ts";
import type { Bus } from "./bus.ts";
import { readDeadline } from "./deadline.ts";
import { fromHeaders } from "./headers.ts";
import { wasReplay } from "./replay.ts";
import { askUntilAnswered } from "./retry.ts";

/** What lies in the queue. */
export interface QueuedJob {
  readonly subject: string;
  /** Its sequence in the stream: what it is removed by. */
  readonly seq: number;
  readonly app: AppName;
  readonly bridge: BridgeId | typeof ANY_BRIDGE;
  readonly priority: Priority;
  readonly headers: ReadonlyMap<string, string>;
  /** When it is of no use any more, in milliseconds since 1970; only where the sender said so. */
  readonly deadline: number | undefined;
  /** The command, or why it cannot be read. */
  readonly content: { ok: true; message: EnvelopeOf<Command> } | { ok: false; error: ValidationError };
}

/** A job that was delivered: held by whoever has it, until it is acknowledged, handed back, given up or forgotten for too long. */
export interface Job extends QueuedJob {
  /** The how-manieth delivery of it this is, from 1. */
  readonly deliveries: number;
  /** Holds it for another `ackWaitMs`. While the bus is away this does nothing. */
  working(): void;
  /** It is done: resolves once the server has confirmed it. @throws {UnavailableError} `BUS_UNAVAILABLE`: it comes again */
  ack(signal?: AbortSignal): Promise<void>;
  /** Hands it back: it is delivered again, to whomever, after the delay. */
  nak(delayMs?: number): void;
  /** A later delivery of the same job has come: this handle says nothing any more. */
  forget(): void;
  /** Gives it up: it is not delivered again, and an advisory with the reason is sent. */
  term(reason: string): void;
}

const ACK_TIMEOUT_MS = 10_000;
const encoder = new TextEncoder();

/** Reads a message of JOBS. */
export function readQueuedJob(
  { subject, seq, data, headers: all }: {
    subject: string;
    seq: number;
    data: Uint8Array;
    headers: MsgHdrs | undefined;
  },
  replayed: boolean,
): QueuedJob {
  const headers = fromHeaders(all);
  const address = parseSubject(subject);
  const [app, bridge, priority] = address?.kind === "job"
    ? [address.app, address.bridge, Priority.catch("normal").parse(address.priority)]
    : ["", ANY_BRIDGE, "normal" as const];
  return {
    subject,
    seq,
    app,
    bridge,
    priority,
    headers,
    deadline: readDeadline(headers),
    content: replayed ? forged() : content(data),
  };
}

function content(data: Uint8Array): QueuedJob["content"] {
  try {
    return { ok: true, message: decodeEnvelope(data, Command) };
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    return { ok: false, error };
  }
}

const forged = (): QueuedJob["content"] => ({
  ok: false,
  error: new ValidationError(
    "INVALID_MESSAGE",
    "Cannot believe a job: it came out of another stream, and nobody queued it",
  ),
});

/**
 * A delivery; `undefined` for a message that is none.
 * @param onSettled called once, when the job is out of our hands
 */
export function deliveredJob(bus: Bus, delivery: Msg, onSettled: () => void = () => {}): Job | undefined {
  const { subject, data, reply = "" } = delivery;
  const place = parseAckSubject(reply);
  if (place === undefined) return undefined;
  let settled = false;
  const settle = () => {
    if (!settled) onSettled();
    settled = true;
  };
  /** While the bus is away it is dropped: the job comes again when its time is over. */
  const say = (text: string) => {
    if (bus.connected && !bus.nc.isClosed()) bus.nc.publish(reply, encoder.encode(text));
  };
  return {
    ...readQueuedJob({ subject, seq: place.seq, data, headers: delivery.headers }, wasReplay(delivery.headers)),
    deliveries: place.deliveries,
    working: () => say("+WPI"),
    async ack(signal) {
      try {
        const action = `Cannot acknowledge job ${place.seq}`;
        await askUntilAnswered(bus, {
          action,
          subject: reply,
          data: encoder.encode("+ACK"),
          headers: {},
          timeoutMs: ACK_TIMEOUT_MS,
          signal,
        });
      } finally {
        settle();
      }
    },
    nak(delayMs = 0) {
      say(delayMs === 0 ? "-NAK" : `-NAK ${JSON.stringify({ delay: delayMs * 1_000_000 })}`);
      settle();
    },
    forget: settle,
    term(reason) {
      say(`+TERM ${reason}`);
      settle();
    },
  };
}

/** The id of the message that carries a command's result: whoever stores it, within two minutes it is stored once. */
export const resultMessageId = (commandId: Id): string => `${commandId}.result`;

/** The id that a job's command has in its headers: readable where the command is not. */
export const jobMessageId = ({ headers }: QueuedJob): string | undefined => headers.get(HEADERS.messageId);
