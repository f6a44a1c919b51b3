/** The log of one run on `patchbay.v1.run.<runId>`, for whoever reads it. */
import { type Bus, readStream } from "@patchbay/bus";
import { eventsOf, foldRunEvents, type Id, type Run, type RunEvent, RunLogEntry, subjects } from "@patchbay/contracts";

/** One message of a log: transitions that were stored together. */
export interface LogMessage {
  seq: number;
  id: Id;
  events: readonly RunEvent[];
}

/** The messages of a run's log from sequence `from` on. */
export async function readRunLog(
  bus: Bus,
  runId: Id,
  { from = "start", signal }: { from?: "start" | "last-per-subject" | number; signal: AbortSignal },
): Promise<LogMessage[]> {
  const messages: LogMessage[] = [];
  const options = { subject: subjects.run(runId), payload: RunLogEntry, from, follow: false, signal };
  for await (const { seq, message } of readStream(bus, "RUNS", options)) {
    messages.push({ seq, id: message.id, events: eventsOf(message.payload) });
  }
  signal.throwIfAborted();
  return messages;
}

/** What the log of a run begins with; `undefined` where there is none. */
export async function readRunStart(bus: Bus, runId: Id, signal: AbortSignal): Promise<RunEvent | undefined> {
  const options = { subject: subjects.run(runId), payload: RunLogEntry, from: "start", follow: false, signal } as const;
  for await (const { message } of readStream(bus, "RUNS", options)) return eventsOf(message.payload)[0];
  signal.throwIfAborted();
  return undefined;
}

/** A run as its log leaves it, and the sequence of the log's last message; `undefined` where there is no log. */
export async function readRun(
  bus: Bus,
  runId: Id,
  signal: AbortSignal,
): Promise<{ run: Run; last: number } | undefined> {
  const messages = await readRunLog(bus, runId, { signal });
  const run = foldRunEvents(messages.flatMap(({ events }) => events));
  return run === undefined ? undefined : { run, last: messages.at(-1)!.seq };
}
