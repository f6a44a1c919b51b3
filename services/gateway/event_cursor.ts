/** How far a reader of `/v1/events` is in each stream: `<EVENTS>-<STATE>-<RUNS>`, each a stream sequence. */
import { ValidationError } from "@patchbay/contracts";

export const FOLLOWED = ["EVENTS", "STATE", "RUNS"] as const;
export type Followed = (typeof FOLLOWED)[number];

/** The last sequence that the reader has of each stream. */
export type EventCursor = Record<Followed, number>;

/** @example `formatCursor({ EVENTS: 3, STATE: 120, RUNS: 0 }) // "3-120-0"` */
export function formatCursor(cursor: Readonly<EventCursor>): string {
  return FOLLOWED.map((stream) => cursor[stream]).join("-");
}

/** @throws {ValidationError} `INVALID_REQUEST` for what is no `Last-Event-ID` of ours */
export function parseCursor(text: string): EventCursor {
  const match = /^(\d{1,15})-(\d{1,15})-(\d{1,15})$/.exec(text);
  if (match !== null) return { EVENTS: Number(match[1]), STATE: Number(match[2]), RUNS: Number(match[3]) };
  throw new ValidationError("INVALID_REQUEST", "Cannot follow events: Last-Event-ID is none of this stream's ids", {
    issues: [{ path: ["header", "Last-Event-ID"], message: "three whole numbers joined by '-'" }],
  });
}
