/** A command between its arrival and its result. */
import type { Command, CommandDefinition, EnvelopeOf, Id, JsonObject, Lane } from "@patchbay/contracts";
import type { BegunEntry, FoundEntry, SentTo } from "@patchbay/bus";
import type { Stopwatch } from "./stopwatch.ts";

/** How a command came here. */
export interface Arrival {
  lane: Lane;
  /** The caller's, in milliseconds since 1970. */
  deadline?: number | undefined;
  /** @default what the message says */
  sentTo?: SentTo;
  /** Whether this very job was delivered before, to somebody who is gone. */
  redelivered?: boolean;
}

/** A command that was found to be one. */
export interface Work {
  name: string;
  definition: CommandDefinition;
  args: JsonObject;
  command: EnvelopeOf<Command>;
  /** Its idempotency key. */
  key: string;
  arrival: Arrival;
}

/** A command between its arrival and its result. */
export interface Attempt {
  readonly controller: AbortController;
  readonly watch: Stopwatch;
  /** Timers that end with it. */
  readonly ending: DisposableStack;
  /** Milliseconds since 1970; a job may have none until it begins. */
  deadline: number | undefined;
  /** The session of the application in which it was begun. */
  session?: Id | undefined;
  /** The ledger's entry, once it is begun. */
  entry?: BegunEntry;
  /** What another bridge process had that is gone. */
  abandoned?: FoundEntry | undefined;
}

export const timeoutOf = ({ command: { payload }, definition }: Work) => payload.timeoutMs ?? definition.timeoutMs;

/** Until when it has to be done; the time of a job begins when its turn comes. */
export function deadlineOf(work: Work): number | undefined {
  const { arrival: { lane, deadline }, command: { payload } } = work;
  if (lane === "job") return deadline;
  if (payload.timeoutMs === undefined) return deadline ?? Date.now() + timeoutOf(work);
  return Math.min(deadline ?? Infinity, Date.now() + payload.timeoutMs);
}
