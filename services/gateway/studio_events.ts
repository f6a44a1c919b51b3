/** What happens in the studio, from five streams and the progress of commands, in one sequence of events. */
import { jetstreamManager } from "@nats-io/jetstream";
import { z } from "zod";
import { type Bus, readStream, subscribe } from "@patchbay/bus";
import {
  Alert,
  AppEvent,
  parseSubject,
  Progress,
  Result,
  RunLogEntry,
  StateUpdate,
  subjects,
  WILDCARD,
} from "@patchbay/contracts";
import { type EventCursor, FOLLOWED, type Followed, formatCursor } from "./event_cursor.ts";
import { eventsBehind, nextMessageFrom } from "./run_place.ts";
import type { ServerEvent } from "./sse.ts";

export const EventKind = z.enum(["event", "state", "run", "progress", "result", "alert"]);
export type EventKind = z.infer<typeof EventKind>;

export interface StudioFilter {
  app?: string | undefined;
  bridge?: string | undefined;
  run?: string | undefined;
  kinds: readonly EventKind[];
  /** What the reader has; counted up as events pass. */
  cursor: EventCursor;
}

type Push = (event: ServerEvent) => void;

/** The end of each stream, now. */
export async function latestCursor(bus: Bus): Promise<EventCursor> {
  const manager = await jetstreamManager(bus.nc, { checkAPI: false });
  const ends = await Promise.all(FOLLOWED.map(async (stream) => (await manager.streams.info(stream)).state.last_seq));
  return { EVENTS: ends[0]!, STATE: ends[1]!, RUNS: ends[2]!, RESULTS: ends[3]!, ALERTS: ends[4]! };
}

/** Pushes what happens until the signal fires. The first event, `ready`, has the id of where the reader is. */
export async function followStudio(bus: Bus, filter: StudioFilter, push: Push, signal: AbortSignal): Promise<void> {
  const { cursor, kinds, run } = filter;
  const startedAt = { seq: cursor.RUNS, event: cursor.runEvent };
  const app = filter.app ?? WILDCARD;
  const bridge = filter.bridge ?? WILDCARD;
  const oneBridge = filter.app !== undefined || filter.bridge !== undefined;
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);

  const follow = async (stream: Exclude<Followed, "RUNS">, event: EventKind, subject: string, payload: z.ZodType) => {
    const from = cursor[stream] + 1;
    for await (const entry of readStream(bus, stream, { subject, payload, from, follow: true, signal: ended })) {
      cursor[stream] = entry.seq;
      // the subject of an alert does not say whose it is
      if (stream === "ALERTS" && !isAbout(filter, entry.message.payload)) continue;
      push({ id: formatCursor(cursor), event, data: entry.message.payload });
    }
  };
  const followRuns = async () => {
    const log = { subject: subjects.run(run ?? WILDCARD), payload: RunLogEntry, from: nextMessageFrom(startedAt) };
    for await (const entry of readStream(bus, "RUNS", { ...log, follow: true, signal: ended })) {
      const address = parseSubject(entry.subject);
      if (address?.kind !== "run") continue;
      for (const { event, place } of eventsBehind(startedAt, entry.seq, entry.message.payload)) {
        cursor.RUNS = place.seq;
        cursor.runEvent = place.event;
        // an event of a run does not say whose it is: its subject does
        push({ id: formatCursor(cursor), event: "run", data: { runId: address.runId, ...event } });
      }
    }
  };
  const followProgress = async () => {
    await using progress = subscribe(bus, subjects.progress(WILDCARD), { payload: Progress, signal: ended });
    for await (const { message } of progress) push({ event: "progress", data: message.payload });
  };

  push({ id: formatCursor(cursor), event: "ready", data: {} });
  const sources: Promise<void>[] = [];
  if (kinds.includes("event") && run === undefined) {
    sources.push(follow("EVENTS", "event", subjects.event(app, bridge, WILDCARD), AppEvent));
  }
  if (kinds.includes("state") && run === undefined) {
    sources.push(follow("STATE", "state", subjects.state(app, bridge), StateUpdate));
  }
  if (kinds.includes("result") && run === undefined) {
    sources.push(follow("RESULTS", "result", subjects.result(app, bridge, WILDCARD), Result));
  }
  if (kinds.includes("alert") && run === undefined) {
    sources.push(follow("ALERTS", "alert", subjects.alert(WILDCARD), Alert));
  }
  if (kinds.includes("run") && !oneBridge) sources.push(followRuns());
  if (kinds.includes("progress") && !oneBridge && run === undefined) sources.push(followProgress());
  try {
    await Promise.all(sources);
  } finally {
    failed.abort();
    await Promise.allSettled(sources);
  }
}

/** Whether an alert is about what the reader asked for; one that is about the whole studio is about everything. */
function isAbout({ app, bridge }: StudioFilter, payload: unknown): boolean {
  const alert = payload as Alert;
  return (app === undefined || alert.app === undefined || alert.app === app) &&
    (bridge === undefined || alert.bridge === undefined || alert.bridge === bridge);
}
