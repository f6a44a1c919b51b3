/** How far a reader of `/v1/events` is in each stream: the sequence in each stream, joined by `-`. */
import { ValidationError } from "@patchbay/contracts";

export const FOLLOWED = ["EVENTS", "STATE", "RUNS", "RESULTS", "ALERTS"] as const;
export type Followed = (typeof FOLLOWED)[number];

/** The last sequence that the reader has of each stream. */
export type EventCursor = Record<Followed, number>;

/** @example `formatCursor({ EVENTS: 3, STATE: 120, RUNS: 0, RESULTS: 7, ALERTS: 0 }) // "3-120-0-7-0"` */
export function formatCursor(cursor: Readonly<EventCursor>): string {
  return FOLLOWED.map((stream) => cursor[stream]).join("-");
}

/** @throws {ValidationError} `INVALID_REQUEST` for what is no `Last-Event-ID` of ours */
export function parseCursor(text: string): EventCursor {
  const [EVENTS, STATE, RUNS, RESULTS, ALERTS, ...more] = text.split("-").map(sequence);
  const all = EVENTS !== undefined && STATE !== undefined && RUNS !== undefined && RESULTS !== undefined;
  if (all && ALERTS !== undefined && more.length === 0) return { EVENTS, STATE, RUNS, RESULTS, ALERTS };
  throw new ValidationError("INVALID_REQUEST", "Cannot follow events: Last-Event-ID is none of this stream's ids", {
    issues: [{ path: ["header", "Last-Event-ID"], message: "five whole numbers joined by '-'" }],
  });
}

const sequence = (text: string) => /^\d{1,15}$/.test(text) ? Number(text) : undefined;
