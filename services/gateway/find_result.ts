/** Finds the result of one command in the history, which is filed by bridge and time: a command's id says when it was made. */
import { DeliverPolicy } from "@nats-io/jetstream";
import type { Bus } from "@patchbay/bus";
import { decodeEnvelope, type Id, Result, UnavailableError } from "@patchbay/contracts";

/** How far two machines' clocks may be apart, in milliseconds. */
const CLOCK_SKEW_MS = 5 * 60_000;
const BATCH = 500;
const BATCH_EXPIRES_MS = 2_000;

/** The stored result of a command, or `undefined`. */
export async function findResult(bus: Bus, id: Id, signal: AbortSignal): Promise<Result | undefined> {
  const since = new Date(timeOf(id) - CLOCK_SKEW_MS).toISOString();
  try {
    const consumer = await bus.js.consumers.get("RESULTS", {
      deliver_policy: DeliverPolicy.StartTime,
      opt_start_time: since,
    });
    let { num_pending: pending } = await consumer.info();
    while (pending > 0 && !signal.aborted) {
      const before = pending;
      for await (const message of await consumer.fetch({ max_messages: BATCH, expires: BATCH_EXPIRES_MS })) {
        pending = message.info.pending;
        // Most of the history is about other commands: only what names this one is parsed.
        const result = message.string().includes(id) ? decodeEnvelope(message.data, Result).payload : undefined;
        if (result?.commandId === id) return result;
        if (pending === 0) break;
      }
      if (pending === before) break;
    }
    return undefined;
  } catch (cause) {
    throw new UnavailableError("BUS_UNAVAILABLE", `Cannot look for the result of command '${id}'`, { cause });
  }
}

/** When a UUIDv7 was made (RFC 9562, section 5.7), in milliseconds since 1970. */
function timeOf(id: Id): number {
  return Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);
}
