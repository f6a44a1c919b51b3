/** One attempt at a step's command on the interactive lane: sent, and its outcome found out, or that it had no effect. */
import { BridgeGoneError, type Bus, type PresenceMirror, requestBridge, send, wasNotBegun } from "@patchbay/bus";
import {
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
  type Priority,
  type Problem,
  Result,
  type Step,
  subjects,
} from "@patchbay/contracts";
import { setTimeout as wait } from "node:timers/promises";
import type { Place } from "./placement.ts";
import type { ResultFeed } from "./result_feed.ts";
import type { ResultWatch } from "./result_watch.ts";
import { isRepeatable, mayChange } from "./step_document.ts";
import { afterCancel, failed, outcomeOf, type StepOutcome, unknownOutcome } from "./step_outcome.ts";

export interface StepCommand {
  runId: Id;
  correlationId: Id;
  step: Step;
  /** Where it goes. */
  bridge: Place;
  /** The session of the application that it is meant for. */
  session: Id | undefined;
  /** What is known of it, if anything. */
  document: CommandDocument | undefined;
  /** Bound. */
  args: JsonObject;
  commandId: Id;
  priority: Priority;
  /** How long each attempt may take, in milliseconds. */
  timeoutMs: number;
  /** Fires when the run is to be cancelled. */
  cancelled: AbortSignal;
  /** Fires when this conductor no longer has the run: then nothing is known, and nothing is said. */
  abandoned: AbortSignal;
}

/** What sending a command takes. */
export interface StepCommandDeps {
  bus: Bus;
  results: ResultFeed;
  /** Who is here. */
  here: PresenceMirror;
  /** Whether a bridge has a command. */
  offers(app: AppName, bridge: BridgeId, command: string): boolean;
}

/** How long a bridge may take to answer a cancellation, or to tell its result after the deadline, in milliseconds. */
export const GRACE_MS = 3_000;

/** What an attempt came to; `again`: it had no effect, and may be sent again. */
export type Attempt =
  | { kind: "done"; outcome: StepOutcome; code: ErrorCode | undefined }
  | {
    kind: "again";
    error: PatchbayError;
    code: ErrorCode | undefined;
    /** Its bridge keeps this result under the command's id: another attempt needs another id. */
    isKept: boolean;
  };

/**
 * Sends a command and finds out what came of it.
 * @throws the reason of `abandoned`
 */
export async function attemptStep(deps: StepCommandDeps, command: StepCommand, watch: ResultWatch): Promise<Attempt> {
  const { bus } = deps;
  const { abandoned, cancelled } = command;
  const done = new AbortController();
  const cancel = () => tellToStop(bus, command, "the run is cancelled");
  cancelled.addEventListener("abort", cancel, { once: true });
  try {
    // an answer that is lost with the connection is found among the stored results
    const answer = ask(deps, command, AbortSignal.any([abandoned, done.signal]));
    const result = await Promise.race([answer, watch.result, graceAfter(cancelled, done.signal)]);
    if (result === undefined) return ended(afterCancel(command));
    watch.handled(result);
    if (!result.ok && hadNoEffect(result.problem, command)) {
      const isKept = result.problem.context?.["started"] !== false && mayChange(command.document);
      return again(fromProblem(result.problem), isKept);
    }
    return ended(outcomeOf(result, command));
  } catch (error) {
    abandoned.throwIfAborted();
    if (!(error instanceof PatchbayError)) throw error;
    if (error instanceof BridgeGoneError && !isRepeatable(command.document)) {
      return ended(await afterDeath(command, watch));
    }
    if (error.code === "DEADLINE_EXCEEDED" || error.code === "INVALID_MESSAGE") {
      const outcome = await afterSilence(bus, command, watch, error);
      const repeatable = outcome.status === "failed" && hadNoEffect(outcome.problem, command);
      return repeatable ? again(fromProblem(outcome.problem)) : ended(outcome);
    }
    if (hadNoEffect(error, command) && !bus.nc.isClosed()) return again(error);
    return ended(failed(error, command));
  } finally {
    cancelled.removeEventListener("abort", cancel);
    done.abort();
  }
}

/** A bridge that is not here, or an application that it waits for, is waited for: that is no failure of theirs. */
const AWAY: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "BRIDGE_OFFLINE",
  "APP_NOT_CONNECTED",
  "SERVICE_UNAVAILABLE",
  "BUS_UNAVAILABLE",
]);

/** Whether what is missing is a bridge, its application, or the bus between. */
export const isAway = ({ code }: { code: ErrorCode }): boolean => AWAY.has(code);

const ended = (outcome: StepOutcome): Attempt => ({
  kind: "done",
  outcome,
  code: outcome.status === "failed" ? outcome.problem.code : undefined,
});
const again = (error: PatchbayError, isKept = false): Attempt => ({
  kind: "again",
  error,
  code: isAway(error) ? undefined : error.code,
  isKept,
});

/** The step's command as a bridge gets it. */
export function messageOf(command: StepCommand) {
  const { step, bridge, args, commandId, correlationId, runId, session, priority, timeoutMs } = command;
  const payload: Command = {
    command: step.command,
    args,
    idempotencyKey: commandId,
    priority,
    timeoutMs,
    runId,
    stepId: step.id,
    ...(session === undefined ? {} : { session }),
  };
  return envelope({
    type: "command",
    id: commandId,
    payload,
    source: "conductor",
    target: `${step.app}.${bridge}`,
    correlationId,
  });
}

async function ask({ bus, here, offers }: StepCommandDeps, command: StepCommand, signal: AbortSignal): Promise<Result> {
  const { step: { app, command: name }, bridge, timeoutMs, priority } = command;
  const reply = await requestBridge(bus, here, {
    app,
    bridge,
    subject: (bridge) => subjects.command(app, bridge, name),
    offers: (bridge) => offers(app, bridge, name),
    message: messageOf(command),
    payload: Result,
    priority,
    timeoutMs,
    signal,
  });
  return reply.payload;
}

/** The time is over without an answer, or with one that cannot be read: the bridge is told to stop, and may yet say how far it came. */
async function afterSilence(bus: Bus, command: StepCommand, watch: ResultWatch, error: PatchbayError) {
  tellToStop(bus, command, error.message);
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

/** Nobody took the command: sending it again is safe. */
const NOT_TAKEN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "BRIDGE_OFFLINE",
  "SERVICE_UNAVAILABLE",
  "BUS_UNAVAILABLE",
  "APP_BUSY",
]);

/** Whether an error may pass by itself, and nothing of the command has happened, or may happen twice. */
export function hadNoEffect(
  problem: Pick<Problem, "code" | "context" | "retryable">,
  { document }: StepCommand,
): boolean {
  const started = problem.context?.["started"];
  if ((NOT_TAKEN.has(problem.code) && started !== true) || wasNotBegun(problem)) return true;
  return problem.retryable && (started === false || isRepeatable(document));
}

export function tellToStop(bus: Bus, { commandId, correlationId }: StepCommand, reason: string): void {
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
