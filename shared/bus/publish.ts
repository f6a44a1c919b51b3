/** Sending: into a stream, with a receipt, or to whoever listens now. */
import { ConflictError, encodeEnvelope, type EnvelopeOf, HEADERS } from "@patchbay/contracts";
import { z } from "zod";
import type { Bus } from "./bus.ts";
import { checkSize, envelopeHeaders, toHeaders } from "./headers.ts";
import { lastMessage, nextMessage } from "./direct_get.ts";
import { isTemporary, readAnswer } from "./jetstream_api.ts";
import { log } from "./log.ts";
import { askUntilAnswered } from "./retry.ts";
import { streamOf } from "./streams.ts";

export interface PublishOptions {
  signal?: AbortSignal;
  /** How long it is tried. @default 10_000 */
  timeoutMs?: number;
  /** Refuses the message unless the last one on its subject has this sequence; 0 for none. */
  expectLastSubjectSequence?: number;
}

export interface PublishReceipt {
  /** The sequence in the stream. */
  seq: number;
  /** Whether the stream had the message already. */
  duplicate: boolean;
}

const PUBLISH_TIMEOUT_MS = 10_000;

const Receipt = z.looseObject({ stream: z.string().min(1), seq: z.number(), duplicate: z.boolean().default(false) });

/**
 * Stores a message in the stream that takes its subject, and returns once the server has it. It is repeated with the same
 * id over reconnections until `timeoutMs`, and stored once.
 * @throws {ConflictError} another message came between
 * @throws {UnavailableError} `BUS_UNAVAILABLE` after `timeoutMs`: it may be stored all the same; publishing the same message again is safe for two minutes
 * @throws {PatchbayError} `STORAGE_FULL`, `PAYLOAD_TOO_LARGE`, `FORBIDDEN`, `CANCELLED`
 */
export async function publish(
  bus: Bus,
  subject: string,
  message: EnvelopeOf<unknown>,
  options: PublishOptions = {},
): Promise<PublishReceipt> {
  return await store(bus, { ...packed(subject, message), ...options });
}

/** A message as it will lie in a stream: with the trace that is active now, whenever it is stored. */
export function packed(subject: string, message: EnvelopeOf<unknown>): PackedMessage {
  const headers = envelopeHeaders(message, { messageId: message.id });
  return { subject, data: encodeEnvelope(message), headers };
}

export interface PackedMessage {
  subject: string;
  data: Uint8Array;
  /** With a `Nats-Msg-Id`: it is what makes repeating safe. */
  headers: Record<string, string>;
}

export interface StoreOptions extends PackedMessage {
  /** How long it is tried. @default 10_000 */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
  expectLastSubjectSequence?: number | undefined;
}

const EXPECTED = "Nats-Expected-Last-Subject-Sequence";

/** A message that was packed with its condition carries it as a header. */
function expectedIn({ [EXPECTED]: text }: Record<string, string>): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** {@linkcode publish} for a message that is packed already. */
export async function store(bus: Bus, options: StoreOptions): Promise<PublishReceipt> {
  const { subject, data, timeoutMs = PUBLISH_TIMEOUT_MS, signal } = options;
  const action = `Cannot publish to ${subject}`;
  const expected = options.expectLastSubjectSequence ?? expectedIn(options.headers);
  const headers = expected === undefined ? options.headers : { ...options.headers, [EXPECTED]: String(expected) };
  const answer = await askUntilAnswered(bus, { action, subject, data, headers, timeoutMs, signal, isTemporary });
  try {
    const { seq, duplicate } = readAnswer(action, answer, Receipt);
    return { seq, duplicate };
  } catch (error) {
    if (!(error instanceof ConflictError) || expected === undefined) throw error;
    const seq = await alreadyStored(bus, subject, expected, headers[HEADERS.messageId], signal);
    if (seq === undefined) throw error;
    return { seq, duplicate: true };
  }
}

/**
 * JetStream looks at the expected sequence before it looks at the id, so a repeated message conflicts with itself. It is
 * ours that came between when the first message behind the expected one has our id.
 */
async function alreadyStored(
  bus: Bus,
  subject: string,
  expected: number,
  messageId: string | undefined,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const stream = streamOf(subject);
  if (stream === undefined || messageId === undefined) return undefined;
  // of a key there is one message; to read a bucket by sequence would take the right to read all of it
  const next = stream.startsWith("KV_")
    ? await lastMessage(bus, stream, subject, signal)
    : await nextMessage(bus, stream, subject, expected + 1, signal);
  return next?.messageId === messageId ? next.revision : undefined;
}

/**
 * Sends a message to whoever listens now, and forgets it: progress, cancellation, channels. While the bus is away it is dropped.
 * @throws {PatchbayError} `PAYLOAD_TOO_LARGE`
 */
export function send(bus: Bus, subject: string, message: EnvelopeOf<unknown>): void {
  const headers = envelopeHeaders(message);
  const data = encodeEnvelope(message);
  checkSize(subject, data, headers, bus.maxPayload);
  // nats.js would keep it in memory until the next dial, and drop it then
  if (!bus.connected || bus.nc.isClosed()) {
    log.debug("dropped {type} for {subject}: the bus is away", { type: message.type, subject });
    return;
  }
  bus.nc.publish(subject, data, { headers: toHeaders(headers) });
}
