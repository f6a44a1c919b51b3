/** Finds the result of one command in the history, which is filed by bridge and time: a command's id says when it was made. */
import { jetstreamManager } from "@nats-io/jetstream";
import { z } from "zod";
import { type Bus, readStream, wasNotBegun } from "@patchbay/bus";
import { type Id, MAX_TIMEOUT_MS, Result, subjects, UnavailableError, WILDCARD } from "@patchbay/contracts";

/** How far two machines' clocks may be apart, in milliseconds. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** How long a job may wait for its bridge and still be found, in milliseconds. */
const LONGEST_WAIT_MS = 7 * 24 * 60 * 60 * 1000;

/** Most of the history is about other commands: of those, only this much is read. */
const AnyResult = z.looseObject({ commandId: z.string() });

/** The stored result of a command, or `undefined`. */
export async function findResult(bus: Bus, id: Id, signal: AbortSignal): Promise<Result | undefined> {
  const from = await firstSince(bus, timeOf(id) - CLOCK_SKEW_MS);
  if (from === undefined) return undefined;
  const subject = subjects.result(WILDCARD, WILDCARD, WILDCARD);
  const history = readStream(bus, "RESULTS", { subject, payload: AnyResult, from, follow: false, signal });
  const end = timeOf(id) + LONGEST_WAIT_MS + MAX_TIMEOUT_MS + CLOCK_SKEW_MS;
  let notBegun: Result | undefined;
  for await (const { message } of history) {
    // few jobs wait longer, and no command takes longer: what comes later is about others
    if (message.metadata.timestamp > end) break;
    if (message.payload.commandId !== id) continue;
    const result = Result.parse(message.payload);
    if (result.ok || !wasNotBegun(result.problem)) return result;
    // another bridge may have got it then
    notBegun = result;
  }
  return notBegun;
}

/** The sequence of the first result that was stored at a time or after it. */
async function firstSince(bus: Bus, time: number): Promise<number | undefined> {
  try {
    const { direct } = await jetstreamManager(bus.nc, { checkAPI: false });
    return (await direct.getMessage("RESULTS", { start_time: new Date(time) }))?.seq;
  } catch (cause) {
    throw new UnavailableError("BUS_UNAVAILABLE", "Cannot look into the history", { cause });
  }
}

/** When a UUIDv7 was made (RFC 9562, section 5.7), in milliseconds since 1970. */
function timeOf(id: Id): number {
  return Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);
}
