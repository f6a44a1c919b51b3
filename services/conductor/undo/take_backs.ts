/**
 * Undo and redo of runs: each is a run of its own, with a log, a lease and a cancellation like any other. Its id follows from
 * the run that it takes back, so that of two who ask at once one begins it, and the other is told of it.
 */
import { type Bus, derivedId } from "@patchbay/bus";
import {
  type Actor,
  ConflictError,
  type Effect,
  foldRunEvents,
  type Id,
  isOver,
  newId,
  PatchbayError,
  type Plan,
  type Run,
  type RunEvent,
  type RunKind,
  type StepId,
  TakenBack,
  type UndoPreview,
} from "@patchbay/contracts";
import type { Decide } from "../approval/decider.ts";
import { readRunLog } from "../execution/run_log_reader.ts";
import type { Runs } from "../execution/runs.ts";
import type { PlanStore } from "../plan_store.ts";
import { type Change, changesOf, isTakeBackStep } from "./changes.ts";
import { type Asker, refusedInverses, refuseRedo } from "./leave.ts";
import { previewOf, redoSteps, type TakeBackWorld, undoSteps, withDependents } from "./take_back_plan.ts";

export interface TakeBacksDeps extends Pick<TakeBackWorld, "presence"> {
  bus: Bus;
  runs: Pick<Runs, "begin">;
  plans: Pick<PlanStore, "markTakenBack">;
  decide: Decide;
  manifests(): TakeBackWorld["manifests"];
}

export interface TakeBackQuestion {
  runId: Id;
  /** @default all */
  steps?: readonly StepId[] | undefined;
  by?: Actor | undefined;
  /** What whoever asks may do. @default all */
  effects?: readonly Effect[] | undefined;
  correlationId: Id;
  signal: AbortSignal;
}

interface Logged {
  run: Run;
  events: RunEvent[];
}

/** More undos of one run than a person makes. */
const MOST_UNDOS = 100;

export class TakeBacks {
  readonly #deps: TakeBacksDeps;

  constructor(deps: TakeBacksDeps) {
    this.#deps = deps;
  }

  /** What an undo would take back, and what it could not. @throws {PatchbayError} `NOT_FOUND`, `CONFLICT` while it runs */
  async preview({ runId, steps, signal, ...asker }: Omit<TakeBackQuestion, "correlationId">): Promise<UndoPreview> {
    const { run, left } = await this.#undoable(runId, signal);
    const changes = chosen(left, steps);
    return previewOf(runId, changes, await this.#worldFor(run, changes, asker));
  }

  /**
   * Begins an undo of what is left of a run, or of some steps with all that need them.
   * @throws {PatchbayError} `NOT_FOUND`; `CONFLICT` while the run, or another undo of it, is not over, or where nothing is left
   */
  async undo(
    { runId, steps, by, effects, correlationId, signal }: TakeBackQuestion,
  ): Promise<{ runId: Id; preview: UndoPreview }> {
    const { run, left, next } = await this.#undoable(runId, signal);
    const changes = chosen(left, steps);
    if (changes.length === 0) {
      throw new ConflictError("CONFLICT", `Cannot undo run '${runId}': nothing of it is left to take back`);
    }
    const world = await this.#worldFor(run, changes, { by, effects });
    const preview = previewOf(runId, changes, world);
    const plan = planOf("Undo", run, undoSteps(changes, world));
    await this.#begin({
      runId: next,
      plan,
      correlationId,
      kind: "undo",
      of: run.id,
      ...(by === undefined ? {} : { by }),
    });
    return { runId: next, preview };
  }

  /**
   * Begins a redo of what an undo took back.
   * @throws {PatchbayError} `NOT_FOUND`, `CONFLICT` for a run that is no undo, is not over, or was done again already;
   *   `FORBIDDEN`, `POLICY_DENIED`, `APPROVAL_REQUIRED` for what would not run now
   */
  async redo({ runId, by, effects, correlationId, signal }: Omit<TakeBackQuestion, "steps">): Promise<{ runId: Id }> {
    const { run } = await this.#over(runId, "redo", signal);
    if (run.kind !== "undo") {
      throw new ConflictError("CONFLICT", `Cannot redo run '${runId}': it is no undo; run its plan again`);
    }
    const next = derivedId(runId, "redo");
    if (await this.#read(next, signal) !== undefined) {
      throw new ConflictError("CONFLICT", `Cannot redo run '${runId}': run '${next}' has done it again already`, {
        context: { runId: next },
      });
    }
    const changes = undone(run).toReversed();
    if (changes.length === 0) {
      throw new ConflictError("CONFLICT", `Cannot redo run '${runId}': it has taken nothing back`);
    }
    const root = (await this.#root(runId, signal))?.run ?? run;
    await refuseRedo(runId, root, changes, { by, effects }, this.#deps.decide);
    const plan = planOf("Redo", run, redoSteps(changes));
    await this.#begin({
      runId: next,
      plan,
      correlationId,
      kind: "redo",
      of: runId,
      ...(by === undefined ? {} : { by }),
    });
    return { runId: next };
  }

  /** Says on the plan's record what an undo or a redo that has ended made of the plan's run. */
  async settle({ kind, of }: Pick<Run, "kind" | "of">, signal: AbortSignal): Promise<void> {
    if (kind === undefined || kind === "run" || of === undefined) return;
    const root = await this.#root(of, signal);
    if (root === undefined) return;
    const status = (await this.#left(root, signal)).left.length === 0 ? "undone" : "succeeded";
    if (root.run.status !== "succeeded" && status === "succeeded") return;
    await this.#deps.plans.markTakenBack(root.run.plan.id, root.run.id, status);
  }

  async #worldFor(run: Run, changes: readonly Change[], asker: Asker): Promise<TakeBackWorld> {
    const { decide, presence } = this.#deps;
    const manifests = this.#deps.manifests();
    const refused = await refusedInverses(run.plan, changes, asker, { decide, manifests });
    return { manifests, presence, refused };
  }

  /** What is left of a run that may be undone, and the id of the run that would do it. A redo stands for what it does again. */
  async #undoable(runId: Id, signal: AbortSignal): Promise<{ run: Run; left: Change[]; next: Id }> {
    const asked = await this.#over(runId, "undo", signal);
    if (asked.run.kind === "undo") {
      throw new ConflictError("CONFLICT", `Cannot undo run '${runId}': it is an undo itself; redo it instead`);
    }
    const root = asked.run.kind === "redo" ? await this.#root(runId, signal) ?? asked : asked;
    const { left, last, next } = await this.#left(root, signal);
    if (last !== undefined && !isOver(last)) {
      throw new ConflictError("CONFLICT", `Cannot undo run '${runId}': run '${last.id}' is just at it`, {
        context: { runId: last.id },
      });
    }
    return { run: root.run, left, next };
  }

  /** Which changes of a run are there now: undone ones are not, unless they were done again. */
  async #left({ run, events }: Logged, signal: AbortSignal): Promise<{ left: Change[]; last?: Run; next: Id }> {
    const manifests = this.#deps.manifests();
    const left = new Map(changesOf(run, events, manifests).map((change) => [keyOf(change), change]));
    let last: Run | undefined;
    for (let n = 1; n <= MOST_UNDOS; n++) {
      const next = derivedId(run.id, `undo ${n}`);
      const undo = await this.#read(next, signal);
      if (undo === undefined) return { left: [...left.values()], next, ...(last === undefined ? {} : { last }) };
      for (const change of undone(undo.run)) left.delete(keyOf(change));
      const redo = await this.#read(derivedId(next, "redo"), signal);
      for (const change of redo === undefined ? [] : changesOf(redo.run, redo.events, manifests)) {
        left.set(keyOf(change), change);
      }
      last = redo?.run ?? undo.run;
    }
    throw new ConflictError("CONFLICT", `Cannot undo run '${run.id}' more than ${MOST_UNDOS} times`);
  }

  async #begin(start: Parameters<Runs["begin"]>[0] & { of: Id; kind: RunKind }): Promise<void> {
    try {
      await this.#deps.runs.begin(start);
    } catch (error) {
      if (!(error instanceof PatchbayError) || (error.code !== "CONFLICT" && error.code !== "LEASE_LOST")) throw error;
      const { runId, kind, of } = start;
      throw new ConflictError("CONFLICT", `Cannot ${kind} run '${of}': run '${runId}' is just doing it`, {
        context: { runId },
        cause: error,
      });
    }
  }

  /** The run that a person began. */
  async #root(runId: Id, signal: AbortSignal): Promise<Logged | undefined> {
    let logged = await this.#read(runId, signal);
    while (logged?.run.of !== undefined) logged = await this.#read(logged.run.of, signal);
    return logged;
  }

  async #over(runId: Id, verb: string, signal: AbortSignal): Promise<Logged> {
    const logged = await this.#read(runId, signal);
    if (logged === undefined) throw new PatchbayError("NOT_FOUND", `Cannot find run '${runId}'`);
    const { status } = logged.run;
    if (isOver(logged.run)) return logged;
    throw new ConflictError("CONFLICT", `Cannot ${verb} run '${runId}': it is ${status}; cancel it first`, {
      context: { status },
    });
  }

  async #read(runId: Id, signal: AbortSignal): Promise<Logged | undefined> {
    const messages = await readRunLog(this.#deps.bus, runId, { signal });
    const events = messages.flatMap(({ events }) => events);
    const run = foldRunEvents(events);
    return run === undefined ? undefined : { run, events };
  }
}

function chosen(left: readonly Change[], steps: readonly StepId[] | undefined): Change[] {
  const changes = withDependents(left, steps);
  const known = new Set(changes.map(({ stepId }) => stepId));
  const unknown = steps?.find((id) => !known.has(id));
  if (unknown === undefined) return changes;
  throw new PatchbayError("NOT_FOUND", `Cannot undo step '${unknown}': it has changed nothing, or is undone already`, {
    context: { available: [...new Set(left.map(({ stepId }) => stepId))].slice(0, 100) },
  });
}

/** What an undo has taken back, in the order in which it did. */
function undone({ plan, steps }: Run): Change[] {
  return plan.steps.flatMap((step) => {
    const { status, value } = steps[step.id] ?? { status: "pending" };
    const taken = TakenBack.safeParse(value);
    if (!isTakeBackStep(step) || status !== "succeeded" || !taken.success || !taken.data.done) return [];
    const { app, bridge = "any", args, of } = step;
    return [{ ...of, app, bridge, done: args as Change["done"] }];
  });
}

const keyOf = ({ stepId, round }: Change) => `${stepId} ${round ?? ""}`;

function planOf(verb: "Undo" | "Redo", { plan, id }: Run, steps: Plan["steps"]): Plan {
  const { instruction, projectId } = plan;
  return {
    id: newId(),
    instruction: `${verb}: ${instruction ?? `run ${id}`}`.slice(0, 20_000),
    ...(projectId === undefined ? {} : { projectId }),
    steps,
    provenance: { provider: verb.toLowerCase(), createdAt: Date.now() },
  };
}
