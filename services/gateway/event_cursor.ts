/**
 * How far a reader of `/v1/events` is in each stream: the sequence in each stream, joined by `-`. A message of RUNS may hold
 * several events: `12.3` is its event 3, counted from 0, and `12` all of them.
 */
import { ValidationError } from "@patchbay/contracts";
import { formatPlace, parsePlace } from "./run_place.ts";

export const FOLLOWED = ["EVENTS", "STATE", "RUNS", "RESULTS", "ALERTS"] as const;
export type Followed = (typeof FOLLOWED)[number];

/** The last sequence that the reader has of each stream. */
export interface EventCursor extends Record<Followed, number> {
  /** Of the message in RUNS, the last event that the reader has; absent where that is all of it. */
  runEvent?: number | undefined;
}

/** @example `formatCursor({ EVENTS: 3, STATE: 120, RUNS: 0, RESULTS: 7, ALERTS: 0 }) // "3-120-0-7-0"` */
export function formatCursor(cursor: Readonly<EventCursor>): string {
  return FOLLOWED.map((stream) =>
    stream === "RUNS" ? formatPlace({ seq: cursor.RUNS, event: cursor.runEvent }) : cursor[stream]
  ).join("-");
}

/** @throws {ValidationError} `INVALID_REQUEST` for what is no `Last-Event-ID` of ours */
export function parseCursor(text: string): EventCursor {
  const [first, second, third, ...rest] = text.split("-");
  const [EVENTS, STATE, RESULTS, ALERTS] = [first, second, ...rest].map(sequence);
  const place = parsePlace(third ?? "");
  const all = EVENTS !== undefined && STATE !== undefined && RESULTS !== undefined && ALERTS !== undefined;
  if (all && place !== undefined && rest.length === 2) {
    const { seq: RUNS, event } = place;
    return { EVENTS, STATE, RUNS, RESULTS, ALERTS, ...(event === undefined ? {} : { runEvent: event }) };
  }
  throw new ValidationError("INVALID_REQUEST", "Cannot follow events: Last-Event-ID is none of this stream's ids", {
    issues: [{ path: ["header", "Last-Event-ID"], message: "five whole numbers joined by '-'" }],
  });
}

const sequence = (text = "") => /^\d{1,15}$/.test(text) ? Number(text) : undefined;
