/** Single messages of a stream, from whichever copy of it answers first. */
import type { Msg, MsgHdrs } from "@nats-io/nats-core";
import { HEADERS, UnavailableError } from "@patchbay/contracts";
import type { Bus } from "./bus.ts";
import { API_TIMEOUT_MS } from "./jetstream_api.ts";
import { wasReplayBefore } from "./replay.ts";
import { askUntilAnswered } from "./retry.ts";

/** A message of a stream; in a bucket, a value, or that its key was deleted or has expired. */
export interface LastValue {
  data: Uint8Array;
  /** The sequence in the stream. */
  revision: number;
  deleted: boolean;
  messageId: string | undefined;
}

const NOT_FOUND = 404;

/** The last message of a subject. */
export function lastMessage(bus: Bus, stream: string, subject: string, signal?: AbortSignal) {
  return directGet(bus, `${stream}.${subject}`, undefined, `Cannot read ${subject}`, signal);
}

/** The first message of a subject from a sequence on. */
export function nextMessage(bus: Bus, stream: string, subject: string, seq: number, signal?: AbortSignal) {
  return directGet(bus, stream, { seq, next_by_subj: subject }, `Cannot read ${subject} from ${seq}`, signal);
}

async function directGet(
  bus: Bus,
  what: string,
  body: unknown,
  action: string,
  signal: AbortSignal | undefined,
): Promise<LastValue | undefined> {
  const answer: Msg = await askUntilAnswered(bus, {
    action,
    subject: `$JS.API.DIRECT.GET.${what}`,
    data: new TextEncoder().encode(body === undefined ? "" : JSON.stringify(body)),
    headers: {},
    timeoutMs: API_TIMEOUT_MS,
    signal,
  });
  const { headers } = answer;
  if (headers?.code === NOT_FOUND) return undefined;
  const revision = Number(headers?.get("Nats-Sequence"));
  if (!Number.isInteger(revision) || revision < 1) {
    throw new UnavailableError("BUS_UNAVAILABLE", `${action}: ${headers?.description || "the answer has no sequence"}`);
  }
  return {
    data: answer.data,
    revision,
    // what nobody may have written is not there, and may be written over
    deleted: isDeletion(answer) || wasReplayBefore(headers),
    messageId: headers?.get(HEADERS.messageId) || undefined,
  };
}

/** Whether a message of a bucket says that its key is gone: deleted by somebody, or expired. */
export function isDeletion({ headers }: { headers?: MsgHdrs | undefined }): boolean {
  if (headers === undefined) return false;
  const operation = headers.get("KV-Operation");
  return operation === "DEL" || operation === "PURGE" || headers.has("Nats-Marker-Reason");
}
