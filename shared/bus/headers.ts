/** The headers of our messages: what the bus needs without parsing the body. */
import { headers, type MsgHdrs } from "@nats-io/nats-core";
import { type EnvelopeOf, HEADERS, PatchbayError, type Priority } from "@patchbay/contracts";
import { injectTrace } from "@patchbay/telemetry";

/** The headers that go with an envelope, with the current trace in them. */
export function envelopeHeaders(
  message: EnvelopeOf<unknown>,
  extra: { deadline?: number; priority?: Priority; messageId?: string; headers?: Record<string, string> } = {},
): Record<string, string> {
  const record: Record<string, string> = {
    ...extra.headers,
    [HEADERS.correlationId]: message.metadata.correlationId,
  };
  if (extra.deadline !== undefined) record[HEADERS.deadline] = String(extra.deadline);
  if (extra.priority !== undefined) record[HEADERS.priority] = extra.priority;
  if (extra.messageId !== undefined) record[HEADERS.messageId] = extra.messageId;
  injectTrace(record);
  return record;
}

export function toHeaders(record: Record<string, string>): MsgHdrs {
  const all = headers();
  for (const [name, value] of Object.entries(record)) all.set(name, value);
  return all;
}

/** The headers of a message that came in; of a name that comes several times, the last. */
export function fromHeaders(all: MsgHdrs | undefined): ReadonlyMap<string, string> {
  return new Map(all?.keys().map((name) => [name, all.last(name)]));
}

const encoder = new TextEncoder();
const FIRST_LINE_BYTES = "NATS/1.0\r\n".length;
const LINE_OVERHEAD_BYTES = ": \r\n".length;

/** What headers add to a message, in bytes: they count towards the server's limit. */
export function headerBytes(record: Record<string, string>): number {
  let bytes = FIRST_LINE_BYTES + "\r\n".length;
  for (const [name, value] of Object.entries(record)) {
    bytes += encoder.encode(name).length + encoder.encode(value).length + LINE_OVERHEAD_BYTES;
  }
  return bytes;
}

/** An upper bound of {@linkcode headerBytes} that encodes nothing: UTF-8 has at most three bytes a character of a string. */
function mostHeaderBytes(record: Record<string, string>): number {
  let characters = FIRST_LINE_BYTES;
  for (const name in record) characters += name.length + (record[name]?.length ?? 0) + LINE_OVERHEAD_BYTES;
  return 3 * characters;
}

/**
 * Refuses what the server would refuse by closing the connection.
 * @throws {PatchbayError} `PAYLOAD_TOO_LARGE` with `context.limitBytes` and `context.sizeBytes`
 */
export function checkSize(subject: string, data: Uint8Array, record: Record<string, string>, limitBytes: number): void {
  if (data.length + mostHeaderBytes(record) <= limitBytes) return;
  const sizeBytes = data.length + headerBytes(record);
  if (sizeBytes <= limitBytes) return;
  throw new PatchbayError(
    "PAYLOAD_TOO_LARGE",
    `Cannot send to ${subject}: the message has ${sizeBytes} bytes with its headers, the bus takes at most ${limitBytes}`,
    { context: { limitBytes, sizeBytes } },
  );
}
