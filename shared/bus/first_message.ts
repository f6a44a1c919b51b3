/** How a subject of a stream begins: one message, without reading the rest. */
import { decodeEnvelope, type EnvelopeOf } from "@patchbay/contracts";
import type { z } from "zod";
import type { Bus } from "./bus.ts";
import { nextMessage } from "./direct_get.ts";
import type { StreamName } from "./streams.ts";

/**
 * The first message that a stream has on a subject; `undefined` where it has none.
 * @throws {ValidationError} `INVALID_MESSAGE` where it is no message of this kind
 * @throws {PatchbayError} `BUS_UNAVAILABLE`, `FORBIDDEN`, `CANCELLED`
 */
export async function firstMessage<P extends z.ZodType>(
  bus: Bus,
  stream: StreamName,
  { subject, payload, signal }: { subject: string; payload: P; signal?: AbortSignal },
): Promise<EnvelopeOf<z.output<P>> | undefined> {
  const found = await nextMessage(bus, stream, subject, 1, signal);
  return found === undefined || found.deleted ? undefined : decodeEnvelope(found.data, payload);
}
