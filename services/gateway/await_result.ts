/** Waits for the result of a command: as the history gets it. */
import { jetstreamManager } from "@nats-io/jetstream";
import { z } from "zod";
import { type Bus, readStream } from "@patchbay/bus";
import {
  ANY_BRIDGE,
  type BridgeAddress,
  type Id,
  parseAddress,
  Result,
  subjects,
  UnavailableError,
  WILDCARD,
} from "@patchbay/contracts";

export interface Awaited {
  id: Id;
  /** Where it was sent; without, the whole history is followed. */
  sent?: { target: BridgeAddress; command: string };
  /** A sequence of the history before which the result cannot be: {@linkcode endOfHistory} from before it was looked for. */
  after: number;
}

const AnyResult = z.looseObject({ commandId: z.string() });

/** The result, once it is stored; `undefined` when the signal fires first. */
export async function awaitResult(
  bus: Bus,
  { id, sent, after }: Awaited,
  signal: AbortSignal,
): Promise<Result | undefined> {
  const history = readStream(bus, "RESULTS", {
    subject: subjectOf(sent),
    payload: AnyResult,
    from: after + 1,
    follow: true,
    signal,
  });
  for await (const { message } of history) {
    if (message.payload.commandId === id) return Result.parse(message.payload);
  }
  return undefined;
}

function subjectOf(sent: Awaited["sent"]): string {
  if (sent === undefined) return subjects.result(WILDCARD, WILDCARD, WILDCARD);
  const { app, bridge } = parseAddress(sent.target);
  return subjects.result(app, bridge === ANY_BRIDGE ? WILDCARD : bridge, sent.command);
}

/** The sequence of the last result that is stored now. */
export async function endOfHistory(bus: Bus): Promise<number> {
  try {
    const manager = await jetstreamManager(bus.nc, { checkAPI: false });
    return (await manager.streams.info("RESULTS")).state.last_seq;
  } catch (cause) {
    throw new UnavailableError("BUS_UNAVAILABLE", "Cannot look into the history", { cause });
  }
}
