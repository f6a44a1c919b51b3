/** What became of a command so far, whichever replica it came through: in the queue of jobs, in the ledger, in the history. */
import {
  findJob,
  isReadableJob,
  keyOfJob,
  type Ledger,
  ledgerKey,
  listJobs,
  openBucket,
  openLedger,
  type QueuedJob,
  type ReadableJob,
} from "@patchbay/bus";
import {
  ANY_BRIDGE,
  type AppName,
  type CommandRecord,
  type Id,
  type JobRecord,
  LedgerEntry,
  PatchbayError,
  Priority,
  type Result,
  toProblem,
} from "@patchbay/contracts";
import type { GatewayDeps } from "./deps.ts";
import { findResult } from "./find_result.ts";

export type Looking = Pick<GatewayDeps, "bus" | "commands" | "here" | "progress" | "signal">;

/** The command's record; `undefined` for one that is not known. */
export async function findCommand(deps: Looking, id: Id): Promise<CommandRecord | undefined> {
  const { bus, commands, progress, signal } = deps;
  if (commands.isRunning(id)) return running(id, deps);
  // a job's result is stored before it leaves the queue: looked at in this order, it is in one of the two
  const job = await findJob(bus, id, { signal });
  if (job !== undefined) return await recordOfJob(deps, id, job);
  const result = await findResult(bus, id, signal);
  if (result !== undefined) return recordOf(id, result);
  const problem = commands.problemOf(id);
  if (problem !== undefined) return { id, status: "failed", problem };
  return await recordInLedger(deps, id) ?? (progress.of(id) === undefined ? undefined : running(id, deps));
}

/** The record of a command that has ended. */
export function recordOf(id: Id, result: Result): CommandRecord {
  if (result.ok) return { id, status: "succeeded", result };
  const { problem } = result;
  return { id, status: problem.code === "CANCELLED" ? "cancelled" : "failed", result, problem };
}

export const hasEnded = ({ status }: CommandRecord) => ENDED.has(status);
const ENDED: ReadonlySet<CommandRecord["status"]> = new Set(["succeeded", "failed", "cancelled"]);

function running(id: Id, { progress }: Pick<Looking, "progress">): CommandRecord {
  const last = progress.of(id);
  return { id, status: "running", ...(last === undefined ? {} : { progress: last }) };
}

async function recordOfJob(deps: Looking, id: Id, job: QueuedJob): Promise<CommandRecord> {
  const { bus, signal } = deps;
  if (!isReadableJob(job)) return { id, status: "queued" };
  const entry = await entryOf(openLedger(bus, { signal }), job);
  if (entry?.status === "completed") return recordOf(id, entry.result);
  // what a bridge began that has gone comes to the next one
  if (entry !== undefined && isHere(deps, job.app, entry)) return running(id, deps);
  const position = await jobsBefore(deps, job);
  return { id, status: "queued", ...(position === undefined ? {} : { position }) };
}

/** What the ledger has of a job. */
const entryOf = async (ledger: Ledger, job: ReadableJob) => (await ledger.find(job, keyOfJob(job)))?.entry;

/** Whether the bridge process that began a command is still here. */
function isHere({ here }: Pick<Looking, "here">, app: AppName, { bridge, instance }: LedgerEntry): boolean {
  return bridge !== undefined && here.get(app, bridge)?.instance === instance;
}

/** What the ledger has of a command: under its key, where this replica knows it, or under its id. */
async function recordInLedger(deps: Looking, id: Id): Promise<CommandRecord | undefined> {
  const entries = await openBucket(deps.bus, "ledger", LedgerEntry, { signal: deps.signal });
  const keyed = deps.commands.keyOf(id);
  const [, , digest] = ledgerKey({ app: "any", bridge: ANY_BRIDGE }, id).split(".");
  const where = keyed === undefined ? `*.*.${digest}` : ledgerKey(keyed.sentTo, keyed.key);
  const [found] = await entries.entries(where);
  if (found === undefined) return undefined;
  const { key, value: entry } = found;
  if (entry.status === "completed") return recordOf(id, entry.result);
  if (isHere(deps, key.slice(0, key.indexOf(".")), entry)) return running(id, deps);
  const error = new PatchbayError(
    "OUTCOME_UNKNOWN",
    `Whether '${entry.command}' happened is not known: its bridge '${entry.bridge}' ended meanwhile`,
  );
  return { id, status: "failed", problem: toProblem(error) };
}

/** Where more wait, counting them would cost more than it says. */
const MOST_COUNTED = 1_000;
const RANK = Priority.options;

/** How many jobs of the same address have their turn before it; `undefined` for very many. */
async function jobsBefore(
  { bus, signal }: Pick<Looking, "bus" | "signal">,
  job: QueuedJob,
): Promise<number | undefined> {
  let before = 0;
  let counted = 0;
  for await (const other of listJobs(bus, job, { signal })) {
    if (counted++ >= MOST_COUNTED) return undefined;
    const rank = RANK.indexOf(other.priority) - RANK.indexOf(job.priority);
    if (rank < 0 || (rank === 0 && other.seq < job.seq)) before++;
  }
  return before;
}

/** The jobs that wait or run, the oldest first. */
export async function findJobs(
  deps: Looking,
  filter: { app?: string | undefined; bridge?: string | undefined },
  limit: number,
): Promise<JobRecord[]> {
  const { bus, signal } = deps;
  const ledger = openLedger(bus, { signal });
  const found: Promise<JobRecord>[] = [];
  const { app, bridge } = filter;
  const where = { ...(app === undefined ? {} : { app }), ...(bridge === undefined ? {} : { bridge }) };
  for await (const job of listJobs(bus, where, { signal })) {
    if (found.length >= limit) break;
    if (isReadableJob(job)) found.push(describe(deps, ledger, job));
  }
  return await Promise.all(found);
}

async function describe(deps: Looking, ledger: Ledger, job: ReadableJob): Promise<JobRecord> {
  const { app, bridge, priority, content: { message } } = job;
  const entry = await entryOf(ledger, job);
  const runs = entry !== undefined && isHere(deps, app, entry);
  return {
    id: message.id,
    app,
    bridge,
    command: message.payload.command,
    priority,
    status: runs ? "running" : "queued",
    queuedAt: message.metadata.timestamp,
    ...(runs && entry.bridge !== undefined ? { runsOn: entry.bridge } : {}),
  };
}
