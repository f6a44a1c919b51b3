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
  RunEvent,
  StateUpdate,
  subjects,
  WILDCARD,
} from "@patchbay/contracts";
import { type EventCursor, FOLLOWED, type Followed, formatCursor } from "./event_cursor.ts";
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
  const app = filter.app ?? WILDCARD;
  const bridge = filter.bridge ?? WILDCARD;
  const oneBridge = filter.app !== undefined || filter.bridge !== undefined;
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);

  const follow = async (stream: Followed, event: EventKind, subject: string, payload: z.ZodType) => {
    const from = cursor[stream] + 1;
    for await (const entry of readStream(bus, stream, { subject, payload, from, follow: true, signal: ended })) {
      cursor[stream] = entry.seq;
      // the subject of an alert does not say whose it is
      if (stream === "ALERTS" && !isAbout(filter, entry.message.payload)) continue;
      push({ id: formatCursor(cursor), event, data: dataOf(entry.subject, entry.message.payload) });
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
  if (kinds.includes("run") && !oneBridge) sources.push(follow("RUNS", "run", subjects.run(run ?? WILDCARD), RunEvent));
  if (kinds.includes("progress") && !oneBridge && run === undefined) sources.push(followProgress());
  try {
    await Promise.all(sources);
  } finally {
    failed.abort();
    await Promise.allSettled(sources);
  }
}

/** A run's event does not say whose it is: its subject does. */
function dataOf(subject: string, payload: unknown): unknown {
  const parsed = parseSubject(subject);
  return parsed?.kind === "run" ? { runId: parsed.runId, ...payload as RunEvent } : payload;
}

/** Whether an alert is about what the reader asked for; one that is about the whole studio is about everything. */
function isAbout({ app, bridge }: StudioFilter, payload: unknown): boolean {
  const alert = payload as Alert;
  return (app === undefined || alert.app === undefined || alert.app === app) &&
    (bridge === undefined || alert.bridge === undefined || alert.bridge === bridge);
}
