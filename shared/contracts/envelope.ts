/** The one shape of every message on the bus. Unknown fields are kept, so that versions can meet; missing ones are refused. */
import { z } from "zod";
import { ValidationError } from "./patchbay_error.ts";
import { Id, newId } from "./ids.ts";
import { JsonValue } from "./json.ts";

/** The version of the envelope that this side speaks. */
export const ENVELOPE_VERSION = 1;

/** What a message is. */
export const MessageType = z.enum([
  "command",
  "result",
  "state_update",
  "event",
  "progress",
  "error",
  "heartbeat",
]);
export type MessageType = z.infer<typeof MessageType>;

/** When, from where, to where, and what caused it. */
export const Metadata = z.looseObject({
  /** Milliseconds since 1970. */
  timestamp: z.number().int().nonnegative(),
  source: z.string().min(1).max(200),
  target: z.string().min(1).max(200).optional(),
  /** The same for everything that one request caused. */
  correlationId: Id,
  /** The id of the message that caused this one. */
  causationId: Id.optional(),
});
export type Metadata = z.infer<typeof Metadata>;

/** A message with a payload of any shape. */
export const Envelope = z.looseObject({
  type: MessageType,
  v: z.literal(ENVELOPE_VERSION),
  id: Id,
  payload: JsonValue,
  metadata: Metadata,
});
export type Envelope = z.infer<typeof Envelope>;

/** An envelope whose payload has the type `P`. */
export type EnvelopeOf<P> = Envelope & { payload: P };

/** What {@linkcode envelope} needs to know. */
export interface EnvelopeInit<P> {
  type: MessageType;
  payload: P;
  source: string;
  target?: string;
  /** @default a new id: this message begins something */
  correlationId?: Id;
  causationId?: Id;
  id?: Id;
}

/** Wraps a payload. @example `envelope({ type: "event", payload, source: "blender.ws-07" })` */
export function envelope<P>(init: EnvelopeInit<P>): EnvelopeOf<P> {
  return {
    type: init.type,
    v: ENVELOPE_VERSION,
    id: init.id ?? newId(),
    payload: init.payload,
    metadata: {
      timestamp: Date.now(),
      source: init.source,
      ...(init.target === undefined ? {} : { target: init.target }),
      correlationId: init.correlationId ?? newId(),
      ...(init.causationId === undefined ? {} : { causationId: init.causationId }),
    },
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The message as it travels: JSON in UTF-8. */
export function encodeEnvelope(message: EnvelopeOf<unknown>): Uint8Array {
  return encoder.encode(JSON.stringify(message));
}

/**
 * Parses and checks a message.
 * @throws {ValidationError} `INVALID_MESSAGE` for bytes that are no envelope or whose payload does not fit `payload`,
 *   `UNSUPPORTED_VERSION` for an envelope of another version
 */
export function decodeEnvelope<P extends z.ZodType>(bytes: Uint8Array, payload: P): EnvelopeOf<z.output<P>> {
  const message = parseJson(bytes);
  const version = typeof message === "object" && message !== null && "v" in message ? message.v : undefined;
  if (typeof version === "number" && version !== ENVELOPE_VERSION) {
    throw new ValidationError(
      "UNSUPPORTED_VERSION",
      `Cannot read message: its version is ${version}, this side speaks ${ENVELOPE_VERSION}`,
    );
  }
  const parsed = Envelope.safeParse(message);
  if (!parsed.success) throw ValidationError.fromZod("INVALID_MESSAGE", "Cannot read message", parsed.error);
  const inner = payload.safeParse(parsed.data.payload);
  if (!inner.success) {
    throw ValidationError.fromZod("INVALID_MESSAGE", `Cannot read ${parsed.data.type}`, inner.error, ["payload"]);
  }
  return { ...parsed.data, payload: inner.data };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw new ValidationError(
      "INVALID_MESSAGE",
      `Cannot read message of ${bytes.length} bytes: it is not JSON in UTF-8`,
      { cause },
    );
  }
}
