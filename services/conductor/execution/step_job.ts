/** A step whose command has the durable lane: a job in the queue under the step's command id, so that it is there once. */
import { type Bus, cancelJob, enqueueJob, findJob, isReadableJob, sendCancel } from "@patchbay/bus";
import { PatchbayError, type Result, UnavailableError } from "@patchbay/contracts";
import { ResultWatch } from "./result_watch.ts";
import { GRACE_MS, messageOf, type StepCommand, type StepCommandDeps } from "./step_command.ts";
import { cancelUnbegun } from "./step_takeover.ts";
import { afterCancel, failed, outcomeOf, type StepOutcome } from "./step_outcome.ts";

const REASON = "the run is cancelled";

/**
 * Queues the job, and waits for what becomes of it: for as long as it takes, also while its workstation is off.
 * @param after of a step that another conductor began: where its result may be
 * @throws the reason of `abandoned`
 */
export async function runStepJob(
  { bus, results }: Pick<StepCommandDeps, "bus" | "results">,
  command: StepCommand,
  after?: number,
): Promise<StepOutcome> {
  const { commandId, abandoned, cancelled } = command;
  using watch = new ResultWatch(results, command, "job");
  if (after !== undefined) {
    const stored = await results.find(command, { commandId, after, signal: abandoned });
    if (stored !== undefined) return outcomeOf(stored, command);
  }
  try {
    // a job that is done has left the queue: a second message would only be told what the ledger has
    const known = after !== undefined && await job(bus, command) !== undefined;
    if (!known && cancelled.aborted) return await neverQueued(bus, command, watch, after !== undefined);
    if (!known) await enqueue(bus, command);
  } catch (error) {
    abandoned.throwIfAborted();
    if (!(error instanceof PatchbayError)) throw error;
    return failed(error, command);
  }
  const result = await Promise.race([watch.result, whenAborted(cancelled, abandoned)]);
  if (result !== undefined) return outcomeOf(result, command);
  const ended = await cancel(bus, command) ?? await watch.next(GRACE_MS);
  return ended === undefined ? afterCancel(command) : outcomeOf(ended, command);
}

const addressOf = ({ step: { app }, bridge }: StepCommand) => ({ app, bridge });

const job = (bus: Bus, command: StepCommand) =>
  findJob(bus, command.commandId, { ...addressOf(command), signal: command.abandoned });

/** Tries until it is in the queue. @throws {PatchbayError} `STORAGE_FULL`, `PAYLOAD_TOO_LARGE` */
async function enqueue(bus: Bus, command: StepCommand): Promise<void> {
  for (;;) {
    try {
      const where = { ...addressOf(command), priority: command.priority };
      await enqueueJob(bus, where, messageOf(command), { signal: command.abandoned });
      return;
    } catch (error) {
      if (!(error instanceof UnavailableError) || bus.nc.isClosed()) throw error;
    }
  }
}

/** The run is cancelled, and no job is in the queue: nobody begins it from now on, unless it was begun by somebody who is gone. */
async function neverQueued(
  bus: Bus,
  command: StepCommand,
  watch: ResultWatch,
  wasBegun: boolean,
): Promise<StepOutcome> {
  const found = wasBegun ? await cancelUnbegun({ bus }, command) : undefined;
  if (found === undefined) return { status: "cancelled" };
  if (found.status === "completed") return outcomeOf(found.result, command);
  const ended = await watch.next(GRACE_MS);
  return ended === undefined ? afterCancel(command) : outcomeOf(ended, command);
}

/** Ends the job where it waits; where it runs, its bridge is told. */
async function cancel(bus: Bus, command: StepCommand): Promise<Result | undefined> {
  const found = await job(bus, command);
  if (found !== undefined && isReadableJob(found)) {
    return await cancelJob(bus, found, { reason: REASON, source: "conductor", signal: command.abandoned });
  }
  const { commandId, correlationId } = command;
  sendCancel(bus, { commandId, correlationId, reason: REASON, source: "conductor" });
  return undefined;
}

/** Resolves when the run is cancelled. @throws the reason of `abandoned` */
function whenAborted(cancelled: AbortSignal, abandoned: AbortSignal): Promise<undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const onAbandoned = () => reject(abandoned.reason);
  if (abandoned.aborted) onAbandoned();
  abandoned.addEventListener("abort", onAbandoned, { once: true });
  if (cancelled.aborted) resolve(undefined);
  cancelled.addEventListener("abort", () => resolve(undefined), { once: true });
  return promise;
}
