/** What was done to an application: the last results of a bridge, from stream RESULTS. */
import { type Bus, readStream } from "@patchbay/bus";
import { Result, subjects, WILDCARD } from "@patchbay/contracts";

export interface HistoryQuery {
  app: string;
  bridge: string;
  /** How many at most. */
  limit: number;
}

/** How many messages of the stream the first look back covers, for each result that is asked for. */
const FIRST_WINDOW = 4;
const WINDOW_GROWTH = 8;

/** The last results, the latest first. Reads backwards in growing windows: the stream holds the results of all bridges. */
export async function readHistory(bus: Bus, { app, bridge, limit }: HistoryQuery, signal: AbortSignal) {
  const options = { subject: subjects.result(app, bridge, WILDCARD), payload: Result, follow: false, signal } as const;
  let end = 0;
  for await (const { seq } of readStream(bus, "RESULTS", { ...options, from: "last-per-subject" })) {
    end = Math.max(end, seq + 1);
  }
  const results: Result[] = [];
  for (let window = limit * FIRST_WINDOW; end > 1 && results.length < limit; window *= WINDOW_GROWTH) {
    const from = Math.max(1, end - window);
    const page: Result[] = [];
    for await (const { seq, message } of readStream(bus, "RESULTS", { ...options, from })) {
      if (seq >= end) break;
      page.push(message.payload);
    }
    results.push(...page.reverse());
    end = from;
  }
  signal.throwIfAborted();
  return results.slice(0, limit);
}
