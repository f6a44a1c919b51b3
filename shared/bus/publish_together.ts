/** Several messages into one stream, in order and all or none, with one receipt: the atomic batches of ADR-50 of NATS. */
import { HEADERS, newId, PatchbayError } from "@patchbay/contracts";
import { z } from "zod";
import type { Bus } from "./bus.ts";
import { lastMessage } from "./direct_get.ts";
import { checkSize, toHeaders } from "./headers.ts";
import { readAnswer } from "./jetstream_api.ts";
import { log } from "./log.ts";
import type { PackedMessage } from "./publish.ts";
import { streamOf } from "./streams.ts";

const TIMEOUT_MS = 2_000;

const Receipt = z.looseObject({ batch: z.string(), count: z.number() });

/** Whether the server has atomic batches: 2.12 and newer. An older one would store the messages one by one, and lose some. */
export function canStoreTogether({ nc }: Bus): boolean {
  const [major = 0, minor = 0] = (nc.info?.version ?? "").split(".").map(Number);
  return major > 2 || major === 2 && minor >= 12;
}

/**
 * Tries once. `true` when all are stored, in order. `false` when that is not known, or the stream has one of them already:
 * store them one by one then, which is safe for as long as their ids are recognized.
 * @throws {PatchbayError} `PAYLOAD_TOO_LARGE`, `FORBIDDEN`, `CANCELLED`; `INVALID_CONFIGURATION` where the stream takes no batches
 */
export async function storeTogether(
  bus: Bus,
  messages: readonly PackedMessage[],
  signal?: AbortSignal,
): Promise<boolean> {
  const last = messages.at(-1);
  if (last === undefined) return true;
  if (!bus.connected || bus.nc.isClosed()) return false;
  const id = newId();
  const batched = messages.map(({ subject, data, headers }, i) => {
    const all: Record<string, string> = { ...headers, "Nats-Batch-Id": id, "Nats-Batch-Sequence": String(i + 1) };
    if (i === messages.length - 1) all["Nats-Batch-Commit"] = "1";
    checkSize(subject, data, all, bus.maxPayload);
    return { subject, data, headers: all };
  });
  const commit = batched.pop();
  if (commit === undefined) return true;
  for (const { subject, data, headers } of batched) bus.nc.publish(subject, data, { headers: toHeaders(headers) });
  const outcome = await bus.inbox.exchange({ ...commit, timeoutMs: TIMEOUT_MS, signal, untilDisconnected: true });
  if (outcome.kind !== "reply") return false;
  try {
    readAnswer(`Cannot publish ${messages.length} messages together`, outcome.message, Receipt);
    return true;
  } catch (error) {
    if (!(error instanceof PatchbayError)) throw error;
    if (error.context["jetstream"] === DISABLED) {
      const message = `Cannot publish together to ${last.subject}: its stream takes no batches`;
      throw new PatchbayError("INVALID_CONFIGURATION", message, { cause: error });
    }
    log.debug("{count} messages are published one by one: {error}", { count: messages.length, error: error.message });
    return false;
  }
}

const DISABLED = 10174;

/** The message id of the last message on a subject of a stream, if there is one. @throws {PatchbayError} `BUS_UNAVAILABLE`, `FORBIDDEN`, `CANCELLED` */
export async function lastMessageId(bus: Bus, subject: string, signal?: AbortSignal): Promise<string | undefined> {
  const stream = streamOf(subject);
  return stream === undefined ? undefined : (await lastMessage(bus, stream, subject, signal))?.messageId;
}

/** The id that a packed message is recognized by. */
export const messageIdOf = ({ headers }: PackedMessage): string => headers[HEADERS.messageId] ?? "";
