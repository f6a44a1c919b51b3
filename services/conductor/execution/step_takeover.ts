/** What another conductor has begun: its command is not sent again unless it never reached its bridge, or may be done twice. */
import { commandFingerprint, openLedger } from "@patchbay/bus";
import { PatchbayError, type Result, type StepRun, toProblem } from "@patchbay/contracts";
import { ResultWatch } from "./result_watch.ts";
import { isRepeatable } from "./step_document.ts";
import {
  GRACE_MS,
  hadNoEffect,
  messageOf,
  type StepCommand,
  type StepCommandDeps,
  tellToStop,
} from "./step_command.ts";
import { afterCancel, outcomeOf, type StepOutcome, unknownOutcome } from "./step_outcome.ts";

type Deps = Pick<StepCommandDeps, "bus" | "results" | "here">;

/**
 * What came of a command that another conductor sent, or was about to send; `undefined` where it may be sent now, under the
 * same id: the ledger of its bridge sees to it that it is done once.
 * @throws the reason of `abandoned`
 */
export async function outcomeOfBegun(
  deps: Deps,
  command: StepCommand,
  before: StepRun,
): Promise<StepOutcome | undefined> {
  const { commandId, abandoned, cancelled, document } = command;
  const after = before.resultsAfter ?? 0;
  using watch = new ResultWatch(deps.results, command);
  const stored = await deps.results.find(command, { commandId, after, signal: abandoned });
  if (stored !== undefined) return finalOutcome(stored, command);
  if (isRepeatable(document)) {
    if (!cancelled.aborted) return undefined;
    tellToStop(deps.bus, command, "the run is cancelled");
    return { status: "cancelled" };
  }
  const found = cancelled.aborted ? await cancelUnbegun(deps, command) : await entryOf(deps, command);
  if (found === undefined) return cancelled.aborted ? { status: "cancelled" } : undefined;
  if (found.status === "completed") return finalOutcome(found.result, command);
  return await whatItSays(deps, command, watch, before, found);
}

/** What a result says, unless it is one of an attempt that had no effect: then there may be another. */
function finalOutcome(result: Result, command: StepCommand): StepOutcome | undefined {
  if (result.ok || !hadNoEffect(result.problem, command)) return outcomeOf(result, command);
  return command.cancelled.aborted ? { status: "cancelled" } : undefined;
}

type Entry = NonNullable<Awaited<ReturnType<typeof entryOf>>>;

/** What the ledger has of a command. */
async function entryOf({ bus }: Deps, { step: { app }, bridge, commandId, abandoned }: StepCommand) {
  return (await openLedger(bus, { signal: abandoned }).find({ app, bridge }, commandId))?.entry;
}

/** From now on nobody begins it; where somebody has, what the ledger has of it. */
export async function cancelUnbegun({ bus }: Pick<Deps, "bus">, command: StepCommand): Promise<Entry | undefined> {
  const { step: { app, command: name }, bridge, commandId, correlationId, abandoned } = command;
  const error = new PatchbayError("CANCELLED", `'${name}' was not begun: the run is cancelled`);
  const result: Result = {
    ok: false,
    commandId,
    app,
    bridge,
    command: name,
    startedAt: Date.now(),
    durationMs: 0,
    problem: toProblem(error, correlationId),
  };
  const { payload } = messageOf(command);
  const entry = { commandId, command: name, fingerprint: commandFingerprint(payload), result };
  const written = await openLedger(bus, { signal: abandoned }).cancel({ app, bridge }, commandId, entry);
  return written.cancelled ? undefined : written.entry;
}

/** Its bridge has begun it: it stores what comes of it, unless it is gone. */
async function whatItSays(
  { bus, here }: Deps,
  command: StepCommand,
  watch: ResultWatch,
  { startedAt = Date.now() }: StepRun,
  entry: Entry,
): Promise<StepOutcome> {
  const { cancelled, step: { app }, timeoutMs } = command;
  const cancel = () => tellToStop(bus, command, "the run is cancelled");
  cancelled.addEventListener("abort", cancel, { once: true });
  if (cancelled.aborted) cancel();
  try {
    const { bridge, instance } = entry;
    using there = bridge === undefined ? undefined : here.begin(app, bridge);
    const isGone = bridge !== undefined && here.get(app, bridge)?.instance !== instance;
    const left = cancelled.aborted || isGone ? 0 : startedAt + timeoutMs + GRACE_MS - Date.now();
    const result = await watch.next(Math.max(GRACE_MS, left), there?.signal);
    if (result !== undefined) return outcomeOf(result, command);
    return cancelled.aborted ? afterCancel(command) : unknownOutcome(command);
  } finally {
    cancelled.removeEventListener("abort", cancel);
  }
}
