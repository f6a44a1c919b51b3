/** All that there is to know of one run when it is over: its log as it is stored, its results, its plan's record, its effects. */
import { jetstreamManager } from "@nats-io/jetstream";
import { type Bus, openBucket, readStream } from "@patchbay/bus";
import {
  eventsOf,
  foldRunEvents,
  type Id,
  PlanRecord,
  Result,
  type Run,
  type RunEvent,
  RunLogEntry,
  subjects,
  WILDCARD,
} from "@patchbay/contracts";
import type { Effect } from "../weather/tally.ts";
import type { Struck } from "./arena.ts";

/** One message of the log. */
export interface StoredMessage {
  seq: number;
  /** What its writer took for the last one; `undefined` where it did not say. */
  expected: number | undefined;
  events: readonly RunEvent[];
}

export interface StoredResult {
  result: Result;
  storedAt: number;
}

export interface RunStory {
  run: Run;
  log: readonly StoredMessage[];
  record: PlanRecord | undefined;
  /** Of its plan, by tag. */
  effects: ReadonlyMap<string, readonly Effect[]>;
  /** By command. */
  results: ReadonlyMap<Id, readonly StoredResult[]>;
  struck: readonly Struck[];
}

const EXPECTED = "Nats-Expected-Last-Subject-Sequence";

export async function readStory(
  bus: Bus,
  runId: Id,
  effects: readonly Effect[],
  struck: readonly Struck[],
): Promise<RunStory> {
  const manager = await jetstreamManager(bus.nc);
  const log: StoredMessage[] = [];
  const all = { subject: subjects.run(runId), payload: RunLogEntry, from: "start", follow: false } as const;
  const onInvalid = (error: Error) => {
    throw error;
  };
  for await (const { seq, message } of readStream(bus, "RUNS", { ...all, onInvalid })) {
    const expected = (await manager.streams.getMessage("RUNS", { seq }))?.header.get(EXPECTED);
    log.push({
      seq,
      expected: expected === undefined ? undefined : Number(expected),
      events: eventsOf(message.payload),
    });
  }
  const run = foldRunEvents(log.flatMap(({ events }) => events));
  if (run === undefined) throw new Error(`Run ${runId} has no log`);
  const record = await (await openBucket(bus, "plans", PlanRecord)).get(run.plan.id);
  return { run, log, record: record?.value, effects: byTag(effects, run), results: await resultsOf(bus, run), struck };
}

function byTag(effects: readonly Effect[], { id, of, plan }: Run): Map<string, Effect[]> {
  const found = new Map<string, Effect[]>();
  for (const effect of effects) {
    // of an undo, the arguments say what was done
    const mine = of === undefined ? effect.tag?.startsWith(`${plan.id}/`) === true : true;
    if (!mine || effect.tag === undefined) continue;
    found.set(effect.tag, [...found.get(effect.tag) ?? [], effect]);
  }
  return id === undefined ? new Map() : found;
}

async function resultsOf(bus: Bus, { steps }: Run): Promise<Map<Id, StoredResult[]>> {
  const mine = new Set(
    Object.values(steps).flatMap((step) => [step, ...step.rounds ?? []].map(({ commandId }) => commandId)),
  );
  const found = new Map<Id, StoredResult[]>();
  const all = {
    subject: subjects.result(WILDCARD, WILDCARD, WILDCARD),
    payload: Result,
    from: "start",
    follow: false,
  } as const;
  for await (const { message: { payload: result }, storedAt } of readStream(bus, "RESULTS", all)) {
    if (!mine.has(result.commandId)) continue;
    found.set(result.commandId, [...found.get(result.commandId) ?? [], { result, storedAt }]);
  }
  return found;
}
