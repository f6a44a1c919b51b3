/** The command of one step: sent, repeated where it certainly had no effect, and its one outcome found out. */
import {
  BridgeGoneError,
  type Bus,
  openLedger,
  type PresenceMirror,
  requestBridge,
  send,
  wasNotBegun,
} from "@patchbay/bus";
import {
  ANY_BRIDGE,
  type AppName,
  type BridgeId,
  type Cancel,
  type Command,
  type CommandDocument,
  envelope,
  type ErrorCode,
  fromProblem,
  type Id,
  type JsonObject,
  PatchbayError,
  type Problem,
  Result,
  type Step,
  subjects,
  toProblem,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { ExponentialBackoff } from "cockatiel";
import { setTimeout as wait } from "node:timers/promises";
import type { ResultFeed } from "./result_feed.ts";
import { ResultWatch } from "./result_watch.ts";

export interface StepCommand {
  runId: Id;
  correlationId: Id;
  step: Step;
  /** What the manifest says of it, where there is one. */
  document: CommandDocument | undefined;
  /** Bound. */
  args: JsonObject;
  commandId: Id;
  /** When it must be done, in milliseconds since 1970. */
  deadline: number;
  /** Fires when the run is to be cancelled. */
  cancelled: AbortSignal;
  /** Fires when this conductor no longer has the run: then nothing is known, and nothing is said. */
  abandoned: AbortSignal;
}

export type StepOutcome =
  | { status: "succeeded"; bridge: BridgeId; value: unknown; durationMs: number }
  | { status: "failed"; problem: Problem }
  | { status: "cancelled" };

/** What sending a command takes. */
export interface StepCommandDeps {
  bus: Bus;
  results: ResultFeed;
  /** Who is here. */
  here: PresenceMirror;
  /** Whether a bridge has a command. */
  offers(app: AppName, bridge: BridgeId, command: string): boolean;
  limits?: RetryLimits | undefined;
}

export interface RetryLimits {
  /** How often a command that had no effect is sent again. */
  retries: number;
  /** The first wait and the longest, in milliseconds. */
  initialDelayMs: number;
  maxDelayMs: number;
}

export const RETRY_LIMITS: RetryLimits = { retries: 4, initialDelayMs: 200, maxDelayMs: 5_000 };

/** How long a bridge may take to answer a cancellation, or to tell its result after the deadline, in milliseconds. */
export const GRACE_MS = 3_000;

/** Nobody took the command: sending it again is safe. */
const NOT_TAKEN: ReadonlySet<ErrorCode> = new Set([
  "BRIDGE_OFFLINE",
  "SERVICE_UNAVAILABLE",
  "BUS_UNAVAILABLE",
  "APP_BUSY",
]);
const log = logger("conductor");

/**
 * Sends a command and finds out what came of it.
 * @throws the reason of `abandoned`
 */
export async function runStepCommand(
  deps: StepCommandDeps,
  command: StepCommand,
): Promise<StepOutcome> {
  const { results, limits = RETRY_LIMITS } = deps;
  const backoff = new ExponentialBackoff({ initialDelay: limits.initialDelayMs, maxDelay: limits.maxDelayMs });
  using watch = new ResultWatch(results, command);
  let delay: ReturnType<typeof backoff.next> | undefined;
  for (let attempt = 0;; attempt++) {
    if (command.cancelled.aborted) return { status: "cancelled" };
    const outcome = await attemptOnce(deps, command, watch);
    if (outcome.kind === "done") return outcome.outcome;
    delay = (delay ?? backoff).next({ attempt, signal: command.abandoned, result: { error: outcome.error } });
    const late = Date.now() + delay.duration >= command.deadline;
    if (attempt >= limits.retries || late) return failed(outcome.error, command);
    log.info("step {step} is sent again in {delay} ms: {error}", {
      step: command.step.id,
      delay: Math.round(delay.duration),
      error: outcome.error.message,
    });
    const signal = AbortSignal.any([command.abandoned, command.cancelled]);
    await wait(delay.duration, undefined, { signal }).catch(() => command.abandoned.throwIfAborted());
  }
}

/** What came of a command that another conductor sent: its stored result, or what is known when its time is over. */
export async function awaitStepCommand(
  { bus, results, here }: Pick<StepCommandDeps, "bus" | "results" | "here">,
  command: StepCommand,
  after: number,
): Promise<StepOutcome> {
  using watch = new ResultWatch(results, command);
  const { step, commandId, abandoned, cancelled } = command;
  const stored = await results.find(step, { commandId, after, signal: abandoned });
  if (stored !== undefined) return outcomeOf(stored, command);
  const cancel = () => sendCancel(bus, command, "the run is cancelled");
  cancelled.addEventListener("abort", cancel, { once: true });
  if (cancelled.aborted) cancel();
  try {
    const entry = await begun(bus, command);
    if (entry?.status === "completed") return outcomeOf(entry.result, command);
    using there = entry?.bridge === undefined ? undefined : here.begin(step.app, entry.bridge);
    const isGone = entry?.bridge !== undefined && here.get(step.app, entry.bridge)?.instance !== entry.instance;
    const left = cancelled.aborted || isGone ? 0 : command.deadline + GRACE_MS - Date.now();
    const result = await watch.next(Math.max(GRACE_MS, left), there?.signal);
    if (result !== undefined) return outcomeOf(result, command);
    return cancelled.aborted ? afterCancel(command) : unknownOutcome(command);
  } finally {
    cancelled.removeEventListener("abort", cancel);
  }
}

/** What the ledger has of a command. */
async function begun(bus: Bus, { step, commandId, abandoned }: StepCommand) {
  const ledger = openLedger(bus, { signal: abandoned });
  return (await ledger.find({ app: step.app, bridge: step.bridge ?? ANY_BRIDGE }, commandId))?.entry;
}

/** Whether a command may be done twice without harm. */
export const isRepeatable = (document: CommandDocument | undefined) =>
  document !== undefined && (document.idempotent || document.effect === "read");

type Attempt = { kind: "done"; outcome: StepOutcome } | { kind: "again"; error: PatchbayError };

async function attemptOnce(deps: StepCommandDeps, command: StepCommand, watch: ResultWatch): Promise<Attempt> {
  const { bus } = deps;
  const { abandoned, cancelled } = command;
  const done = new AbortController();
  const cancel = () => sendCancel(bus, command, "the run is cancelled");
  cancelled.addEventListener("abort", cancel, { once: true });
  try {
    // an answer that is lost with the connection is found among the stored results
    const answer = ask(deps, command, AbortSignal.any([abandoned, done.signal]));
    const result = await Promise.race([answer, watch.result, graceAfter(cancelled, done.signal)]);
    if (result === undefined) return { kind: "done", outcome: afterCancel(command) };
    watch.handled(result);
    if (!result.ok && mayRepeat(result.problem, command)) {
      return { kind: "again", error: fromProblem(result.problem) };
    }
    return { kind: "done", outcome: outcomeOf(result, command) };
  } catch (error) {
    abandoned.throwIfAborted();
    if (!(error instanceof PatchbayError)) throw error;
    if (error instanceof BridgeGoneError && !isRepeatable(command.document)) {
      return { kind: "done", outcome: await afterDeath(command, watch) };
    }
    if (error.code === "DEADLINE_EXCEEDED" || error.code === "INVALID_MESSAGE") {
      return { kind: "done", outcome: await afterSilence(bus, command, watch, error) };
    }
    if (mayRepeat(error, command) && !bus.nc.isClosed()) return { kind: "again", error };
    return { kind: "done", outcome: failed(error, command) };
  } finally {
    cancelled.removeEventListener("abort", cancel);
    done.abort();
  }
}

/** The step's command as a bridge gets it. */
export function messageOf({ step, args, commandId, correlationId, runId }: StepCommand, timeoutMs: number) {
  const payload: Command = {
    command: step.command,
    args,
    idempotencyKey: commandId,
    priority: "normal",
    timeoutMs,
    runId,
    stepId: step.id,
  };
  return envelope({
    type: "command",
    id: commandId,
    payload,
    source: "conductor",
    target: `${step.app}.${step.bridge ?? ANY_BRIDGE}`,
    correlationId,
  });
}

async function ask({ bus, here, offers }: StepCommandDeps, command: StepCommand, signal: AbortSignal): Promise<Result> {
  const { step, deadline } = command;
  const bridge = step.bridge ?? ANY_BRIDGE;
  const timeoutMs = Math.max(1, deadline - Date.now());
  const reply = await requestBridge(bus, here, {
    app: step.app,
    bridge,
    subject: (bridge) => subjects.command(step.app, bridge, step.command),
    offers: (bridge) => offers(step.app, bridge, step.command),
    message: messageOf(command, timeoutMs),
    payload: Result,
    timeoutMs,
    signal,
  });
  return reply.payload;
}

/** The time is over without an answer, or with one that cannot be read: the bridge is told to stop, and may yet say how far it came. */
async function afterSilence(bus: Bus, command: StepCommand, watch: ResultWatch, error: PatchbayError) {
  sendCancel(bus, command, error.message);
  const result = await watch.next(GRACE_MS);
  // stopped because it took too long: that is the reason, not that somebody asked for it
  if (result?.ok === false && result.problem.code === "CANCELLED") return failed(error, command);
  if (result !== undefined) return outcomeOf(result, command);
  return isRepeatable(command.document) ? failed(error, command) : unknownOutcome(command);
}

/** The bridge process that had the command is gone: what it stored before may yet come. */
async function afterDeath(command: StepCommand, watch: ResultWatch): Promise<StepOutcome> {
  const result = await watch.next(GRACE_MS);
  return result === undefined ? unknownOutcome(command) : outcomeOf(result, command);
}

/** The bridge does not answer the cancellation. */
export const afterCancel = (command: StepCommand): StepOutcome =>
  isRepeatable(command.document) ? { status: "cancelled" } : unknownOutcome(command);

/** A command that had an effect is never sent again, unless it may be done twice. */
function mayRepeat(problem: Pick<Problem, "code" | "context">, { document }: StepCommand): boolean {
  const isTaken = problem.context?.["started"] === true;
  if ((NOT_TAKEN.has(problem.code) && !isTaken) || wasNotBegun(problem)) return true;
  return problem.code === "APP_NOT_CONNECTED" && isRepeatable(document);
}

export function outcomeOf(result: Result, { cancelled }: StepCommand): StepOutcome {
  if (result.ok) {
    const { bridge, value, durationMs } = result;
    return { status: "succeeded", bridge, value, durationMs };
  }
  if (result.problem.code === "CANCELLED" && cancelled.aborted) return { status: "cancelled" };
  return { status: "failed", problem: result.problem };
}

export const failed = (error: PatchbayError, { correlationId }: StepCommand): StepOutcome => ({
  status: "failed",
  problem: toProblem(error, correlationId),
});

function unknownOutcome(command: StepCommand): StepOutcome {
  const { step } = command;
  const where = `${step.app}.${step.bridge ?? ANY_BRIDGE}`;
  return failed(
    new PatchbayError("OUTCOME_UNKNOWN", `Whether '${step.command}' happened is not known: ${where} gave no result`),
    command,
  );
}

function sendCancel(bus: Bus, { commandId, correlationId }: StepCommand, reason: string): void {
  const payload: Cancel = { commandId, reason: reason.slice(0, 500) };
  send(bus, subjects.cancel(commandId), envelope({ type: "command", payload, source: "conductor", correlationId }));
}

/** Resolves a grace period after `signal` fires; never when it does not. Ends with `done`. */
function graceAfter(signal: AbortSignal, done: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const onAbort = () => void wait(GRACE_MS, undefined, { signal: done }).then(resolve, () => {});
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true, signal: done });
  });
}
