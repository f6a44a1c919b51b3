/**
 * Where a reader of runs is in stream RUNS, as an id of an event: `12` for all of message 12, `12.3` for its events up to 3,
 * counted from 0. Each event of a message has an id of its own, so that a reader can go on behind it.
 */
import { eventsOf, type RunEvent, type RunLogEntry } from "@patchbay/contracts";

export interface RunPlace {
  seq: number;
  /** The last event of the message that the reader has; absent where that is all of it. */
  event?: number | undefined;
}

export const formatPlace = ({ seq, event }: RunPlace): string => event === undefined ? String(seq) : `${seq}.${event}`;

/** `undefined` for a text that is no place. */
export function parsePlace(text: string): RunPlace | undefined {
  const found = /^(\d{1,15})(?:\.(\d{1,4}))?$/.exec(text);
  if (found === null) return undefined;
  return { seq: Number(found[1]), ...(found[2] === undefined ? {} : { event: Number(found[2]) }) };
}

/** The first message that a reader has to see who is at a place. */
export const nextMessageFrom = ({ seq, event }: RunPlace): number => event === undefined ? seq + 1 : seq;

/** The events of a message that a reader at `from` has not seen, each with the place where it is then. */
export function* eventsBehind(
  from: RunPlace,
  seq: number,
  entry: RunLogEntry,
): Generator<{ event: RunEvent; place: RunPlace }> {
  const events = eventsOf(entry);
  const first = seq === from.seq && from.event !== undefined ? from.event + 1 : 0;
  for (let i = first; i < events.length; i++) {
    yield { event: events[i]!, place: i === events.length - 1 ? { seq } : { seq, event: i } };
  }
}
