/** Ending jobs from outside of a bridge: those that are cancelled before one has begun them, and those that none will end. */
import {
  type Cancel,
  type Command,
  envelope,
  type EnvelopeOf,
  HEADERS,
  type Id,
  PatchbayError,
  type Problem,
  type Result,
  subjects,
  toProblem,
} from "@patchbay/contracts";
import type { Bus } from "./bus.ts";
import { directBatch } from "./direct_batch.ts";
import { type QueuedJob, readQueuedJob, resultMessageId } from "./job.ts";
import { jobsOf, removeJob } from "./job_queue.ts";
import { type FoundEntry, type LedgerFacts, openLedger } from "./ledger.ts";
import { commandFingerprint } from "./ledger_key.ts";
import { packed, send, store } from "./publish.ts";
import { wasReplayBefore } from "./replay.ts";

export interface EndJobOptions {
  /** Who ends it: `gateway`. */
  source: string;
  signal?: AbortSignal;
}

/** A job whose message can be read. */
export type ReadableJob = QueuedJob & { content: { ok: true } };
export const isReadableJob = (job: QueuedJob): job is ReadableJob => job.content.ok;

/** Under which key the ledger has a job. */
export const keyOfJob = ({ content: { message } }: ReadableJob): string => message.payload.idempotencyKey ?? message.id;

/** The job with this sequence; `undefined` where it is no longer in the queue. */
export async function jobAt(bus: Bus, seq: number, signal?: AbortSignal): Promise<QueuedJob | undefined> {
  const { messages: [found] } = await directBatch(bus, "JOBS", { subject: jobsOf({}), seq, batch: 1, signal });
  if (found?.seq !== seq) return undefined;
  return readQueuedJob(found, wasReplayBefore(found.headers));
}

/** What the ledger keeps of a command. */
export const ledgerFacts = ({ id, payload }: EnvelopeOf<Command>): LedgerFacts => ({
  commandId: id,
  command: payload.command,
  fingerprint: commandFingerprint(payload),
});

/** The result of a job that no bridge has run. */
export function resultOfUnrun({ app, bridge, content: { message } }: ReadableJob, problem: Problem): Result {
  const { id: commandId, payload: { command } } = message;
  return { commandId, app, bridge, command, startedAt: Date.now(), durationMs: 0, ok: false, problem };
}

/**
 * Cancels a job: one that nobody has begun ends here and now; the bridge that has begun one is told.
 * @returns its result, where it has ended; else its bridge will say what became of it
 */
export async function cancelJob(
  bus: Bus,
  job: ReadableJob,
  { reason, ...options }: EndJobOptions & { reason: string },
): Promise<Result | undefined> {
  const { message } = job.content;
  const { correlationId } = message.metadata;
  const error = new PatchbayError("CANCELLED", `Job '${message.payload.command}' was cancelled: ${reason}`, {
    context: { started: false },
  });
  const result = resultOfUnrun(job, toProblem(error, correlationId));
  const ledger = openLedger(bus, options);
  const found = await ledger.cancel(job, keyOfJob(job), { ...ledgerFacts(message), result });
  const ended = found.cancelled ? result : resultIn(found);
  if (ended !== undefined && isUnrun(ended)) await storeEnd(bus, job, ended, options);
  // whoever holds it without having begun it drops it
  sendCancel(bus, { commandId: message.id, reason, correlationId, source: options.source });
  return ended;
}

const resultIn = ({ entry }: FoundEntry) => entry.status === "completed" ? entry.result : undefined;

/** Whether it was ended from outside: then whoever ended it may not have come to store that. */
const isUnrun = (result: Result) => !result.ok && result.problem.context?.["started"] === false;

/** Stores the result of a job that the ledger has as completed, and takes it out of the queue. Safe to repeat. */
export async function storeEnd(
  bus: Bus,
  job: ReadableJob,
  result: Result,
  { source, signal }: EndJobOptions,
): Promise<void> {
  const { id, metadata: { source: target, correlationId } } = job.content.message;
  const message = envelope({ type: "result", payload: result, source, target, correlationId, causationId: id });
  const entry = packed(subjects.result(result.app, result.bridge, result.command), message);
  // the same as a bridge's: however many say it, it is there once
  entry.headers[HEADERS.messageId] = resultMessageId(id);
  await store(bus, { ...entry, signal });
  await removeJob(bus, job.seq, signal);
}

/** Tells whichever bridge has a command that it is to stop. */
export function sendCancel(
  bus: Bus,
  { commandId, reason, correlationId, source }: { commandId: Id; reason: string; correlationId: Id; source: string },
): void {
  const payload: Cancel = { commandId, reason: reason.slice(0, 500) };
  send(bus, subjects.cancel(commandId), envelope({ type: "command", payload, source, correlationId }));
}
