/** The end of one job that the server has given up. Each step is safe to repeat: whoever did some of them may have died. */
import {
  type Bus,
  type FoundEntry,
  jobAt,
  keyOfJob,
  ledgerFacts,
  openLedger,
  type ReadableJob,
  readStream,
  removeJob,
  resultOfUnrun,
  storeEnd,
} from "@patchbay/bus";
import {
  ANY_BRIDGE,
  BridgeId,
  type ErrorCode,
  PatchbayError,
  Result,
  subjects,
  toProblem,
  WILDCARD,
} from "@patchbay/contracts";
import { jetstreamManager } from "@nats-io/jetstream";
import { alertSaid, raiseAlert } from "./alerts.ts";
import type { Advisory } from "./advisory.ts";

/** It was delivered as often as it may be: its message is still there. */
export async function buryExhausted(bus: Bus, advisory: Advisory, signal: AbortSignal): Promise<void> {
  const { stream_seq: seq, deliveries, consumer } = advisory;
  const job = await jobAt(bus, seq, signal);
  if (job === undefined) return;
  const { app } = job;
  const bridge = BridgeId.safeParse(job.bridge).data;
  const about = { app, ...(bridge === undefined ? {} : { bridge }), context: { seq, deliveries, consumer } };
  const { content } = job;
  if (!content.ok) {
    await raiseAlert(bus, toProblem(content.error), about, signal);
    await removeJob(bus, seq, signal);
    return;
  }
  const readable: ReadableJob = { ...job, content };
  const result = await decide(bus, readable, advisory, signal);
  if (isGivenUp(result)) await raiseAlert(bus, result.problem, { ...about, commandId: result.commandId }, signal);
  if (await isStored(bus, readable, signal)) await removeJob(bus, seq, signal);
  else await storeEnd(bus, readable, result, { source: "conductor", signal });
}

/** A bridge handed it back for good, and its message is gone: mostly the bridge has said why. */
export async function buryTerminated(bus: Bus, advisory: Advisory, signal: AbortSignal): Promise<void> {
  const { stream_seq: seq, deliveries, consumer, reason } = advisory;
  if (await alertSaid(bus, { seq, reason }, signal)) return;
  const [app = "", bridge = ANY_BRIDGE] = consumer.split("=");
  const error = new PatchbayError(
    "INVALID_MESSAGE",
    `A job of ${app}.${bridge} was given up: ${reason || "no reason"}`,
  );
  const on = bridge === ANY_BRIDGE ? {} : { bridge };
  await raiseAlert(bus, toProblem(error), { app, ...on, context: { seq, deliveries, consumer } }, signal);
}

/** What became of it, as the ledger has it from now on. */
async function decide(bus: Bus, job: ReadableJob, advisory: Advisory, signal: AbortSignal): Promise<Result> {
  const ledger = openLedger(bus, { signal });
  const { message } = job.content;
  for (;;) {
    const found = await ledger.find(job, keyOfJob(job));
    if (found === undefined) {
      const result = givenUp(job, advisory, "BRIDGE_OFFLINE", "no bridge began it");
      const written = await ledger.cancel(job, keyOfJob(job), { ...ledgerFacts(message), result });
      if (written.cancelled) return result;
      continue;
    }
    const { entry } = found;
    // another command with its key may have given it
    if (entry.status === "completed") return { ...entry.result, commandId: message.id };
    const result = givenUp(job, advisory, "OUTCOME_UNKNOWN", "whether it happened is not known", found);
    if (await ledger.settle({ ...found, entry }, result) === undefined) return result;
  }
}

function givenUp(job: ReadableJob, { deliveries }: Advisory, code: ErrorCode, found: string, by?: FoundEntry): Result {
  const { id, payload, metadata } = job.content.message;
  const error = PatchbayError.of(
    code,
    `Job '${payload.command}' of ${job.app}.${job.bridge} is given up after ${deliveries} deliveries: ${found}`,
    { context: { givenUp: true, started: by !== undefined, deliveries, commandId: id } },
  );
  const result = resultOfUnrun(job, toProblem(error, metadata.correlationId));
  return by?.entry.bridge === undefined ? result : { ...result, bridge: by.entry.bridge };
}

type Failed = Extract<Result, { ok: false }>;
const isGivenUp = (result: Result): result is Failed => !result.ok && result.problem.context?.["givenUp"] === true;

/** Whether its result is in the history: the one who ended it may have died right after that. */
async function isStored(bus: Bus, { app, bridge, content: { message } }: ReadableJob, signal: AbortSignal) {
  const subject = subjects.result(app, bridge === ANY_BRIDGE ? WILDCARD : bridge, message.payload.command);
  const manager = await jetstreamManager(bus.nc, { checkAPI: false });
  const since = { start_time: new Date(message.metadata.timestamp) };
  const from = (await manager.direct.getMessage("RESULTS", since))?.seq;
  if (from === undefined) return false;
  const history = readStream(bus, "RESULTS", { subject, payload: Result, from, follow: false, signal });
  for await (const { message: { payload } } of history) if (payload.commandId === message.id) return true;
  return false;
}
