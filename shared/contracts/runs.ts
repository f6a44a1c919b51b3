/** A run: the fold of its log. */
import { z } from "zod";
import { Actor, Approval, PlanDigest } from "./approvals.ts";
import { Id } from "./ids.ts";
import { JsonObject, JsonValue } from "./json.ts";
import { Plan } from "./plan.ts";
import { StepId } from "./plan_step.ts";
import { Problem } from "./problem.ts";
import { type RunEvent, RunKind, RunStatus, SkipCause } from "./run_events.ts";
import { TriggerId } from "./triggers.ts";

/** Where a step of a run stands. */
export const StepStatus = z.enum(["pending", "running", "succeeded", "failed", "skipped", "cancelled"]);
export type StepStatus = z.infer<typeof StepStatus>;

const attempt = {
  status: StepStatus,
  commandId: Id.optional(),
  bridge: z.string().optional(),
  /** The session of the application that did it, or is to do it. */
  session: Id.optional(),
  startedAt: z.number().int().optional(),
  resultsAfter: z.number().int().nonnegative().optional(),
  /** As they were bound; absent where they are the plan's. */
  args: JsonObject.optional(),
  durationMs: z.number().optional(),
  /** Of a step with `forEach`: the values of its rounds, once all have succeeded. */
  value: JsonValue.optional(),
  /** Where the value is the reference of the asset that holds its JSON. */
  valueIn: z.literal("asset").optional(),
  verified: z.boolean().optional(),
  problem: Problem.optional(),
  reason: z.string().optional(),
  cause: SkipCause.optional(),
  /** What it waits for, for a person. */
  waiting: z.string().optional(),
};

/** One round of a step with `forEach`. */
export const StepRound = z.looseObject(attempt);
export type StepRound = z.infer<typeof StepRound>;

/** One step of a run as the log leaves it. */
export const StepRun = z.looseObject({ ...attempt, rounds: z.array(StepRound).optional() });
export type StepRun = z.infer<typeof StepRun>;

/** A run as its log leaves it. */
export const Run = z.looseObject({
  id: Id,
  /** As it is now: the planner may have changed it on the way. */
  plan: Plan,
  /** @default "run" */
  kind: RunKind.optional(),
  of: Id.optional(),
  by: Actor.optional(),
  approvals: z.array(Approval).optional(),
  trigger: TriggerId.optional(),
  status: RunStatus,
  correlationId: Id,
  startedAt: z.number().int(),
  finishedAt: z.number().int().optional(),
  /** When somebody asked for an end; the run is over when it has a status that says so. */
  cancelRequestedAt: z.number().int().optional(),
  cancelReason: z.string().optional(),
  /** Of the plan that waits for an approval. */
  awaiting: PlanDigest.optional(),
  /** How often the planner changed the plan on the way. */
  replanned: z.number().int().nonnegative().optional(),
  /** Steps that failed, and for which the planner found another way. */
  replaced: z.array(StepId).optional(),
  /** W3C trace context of the request that began it. */
  traceparent: z.string().optional(),
  steps: z.record(StepId, StepRun),
});
export type Run = z.infer<typeof Run>;

/** Whether nothing more can happen in it. */
export const isOver = ({ status }: Pick<Run, "status">): boolean =>
  status !== "running" && status !== "awaiting_approval";

/**
 * Applies one event: the state of a run is the fold of its log.
 * @throws {RangeError} for an event before `RUN_STARTED`, or of a step or a round that the plan does not have
 */
export function applyRunEvent(run: Run | undefined, event: RunEvent): Run {
  if (event.type === "RUN_STARTED") return begin(event);
  const before = begun(run, event);
  if (!isOfStep(event)) return { ...before, ...applyToRun(before, event) };
  return { ...before, steps: { ...before.steps, [event.stepId]: applyToStep(stepOf(before, event), event) } };
}

/**
 * The run that a whole log leaves; `undefined` for an empty one. The same as applying one event after the other, without a
 * copy of the run for each.
 */
export function foldRunEvents(events: Iterable<RunEvent>): Run | undefined {
  let run: Run | undefined;
  for (const event of events) {
    if (event.type === "RUN_STARTED") {
      run = begin(event);
      continue;
    }
    run = begun(run, event);
    if (!isOfStep(event)) Object.assign(run, applyToRun(run, event));
    else run.steps[event.stepId] = applyToStep(stepOf(run, event), event);
  }
  return run;
}

type StartEvent = Extract<RunEvent, { type: "RUN_STARTED" }>;
type StepEvent = Extract<RunEvent, { stepId: StepId }>;
type WholeRunEvent = Exclude<RunEvent, StartEvent | StepEvent>;

const isOfStep = (event: WholeRunEvent | StepEvent): event is StepEvent => "stepId" in event;

function begin(event: StartEvent): Run {
  const { kind, of, by, approvals, trigger, traceparent } = event;
  return {
    id: event.runId,
    plan: event.plan,
    status: "running",
    correlationId: event.correlationId,
    startedAt: event.at,
    ...given({ kind, of, by, approvals, trigger, traceparent }),
    steps: Object.fromEntries(event.plan.steps.map(({ id }) => [id, { status: "pending" as const }])),
  };
}

function begun(run: Run | undefined, event: RunEvent): Run {
  if (run === undefined) throw new RangeError(`Cannot apply ${event.type}: the log does not begin with RUN_STARTED`);
  return run;
}

function stepOf(run: Run, { type, stepId }: StepEvent): StepRun {
  const step = Object.hasOwn(run.steps, stepId) ? run.steps[stepId] : undefined;
  if (step === undefined) throw new RangeError(`Cannot apply ${type}: the plan has no step '${stepId}'`);
  return step;
}

function applyToRun(run: Run, event: WholeRunEvent): Partial<Run> {
  switch (event.type) {
    case "RUN_FINISHED":
      return { status: event.status, finishedAt: event.at };
    case "RUN_CANCEL_REQUESTED":
      return { cancelRequestedAt: event.at, ...given({ cancelReason: event.reason }) };
    case "RUN_PAUSED":
      return { status: "awaiting_approval", awaiting: event.digest };
    case "RUN_RESUMED":
      return { status: "running", approvals: [...run.approvals ?? [], event.approval] };
    case "RUN_REPLANNED": {
      const steps = event.plan.steps.map(({ id }) =>
        [id, Object.hasOwn(run.steps, id) ? run.steps[id]! : { status: "pending" as const }] as const
      );
      return {
        plan: event.plan,
        steps: Object.fromEntries(steps),
        replanned: (run.replanned ?? 0) + 1,
        replaced: [...new Set([...run.replaced ?? [], event.because, ...failedToReplan(run)])],
      };
    }
  }
}

/** Steps whose failure asked for another way; it is found for all of them at once. */
const failedToReplan = ({ plan, steps }: Run): StepId[] =>
  plan.steps.filter(({ id, onError }) => onError === "replan" && steps[id]?.status === "failed").map(({ id }) => id);

/** A round changes only itself; the whole step begins before its first round and ends after its last. */
function applyToStep(step: StepRun, event: StepEvent): StepRun {
  const { round } = event;
  if (round === undefined) return applyStepEvent(step, event);
  const before = step.rounds?.[round];
  if (before === undefined) {
    throw new RangeError(`Cannot apply ${event.type}: step '${event.stepId}' has no round ${round}`);
  }
  return { ...step, rounds: step.rounds!.with(round, applyStepEvent(before, event)) };
}

function applyStepEvent(before: StepRun, event: StepEvent): StepRun {
  const { waiting: _, ...step } = before;
  switch (event.type) {
    case "STEP_STARTED": {
      const { bridge, commandId, session, resultsAfter, args, rounds } = event;
      return {
        status: "running",
        startedAt: event.at,
        commandId,
        bridge,
        ...given({ session, resultsAfter, args }),
        ...(rounds === undefined
          ? {}
          : { rounds: Array.from({ length: rounds }, () => ({ status: "pending" as const })) }),
      };
    }
    case "STEP_WAITING":
      return { ...step, waiting: event.reason };
    case "STEP_FINISHED": {
      const { bridge, durationMs, session, valueIn, verified } = event;
      const value = step.rounds === undefined ? event.value : step.rounds.map((round) => round.value);
      return { ...step, status: "succeeded", bridge, value, durationMs, ...given({ session, valueIn, verified }) };
    }
    case "STEP_ERROR":
      return { ...step, status: "failed", problem: event.problem };
    case "STEP_SKIPPED":
      return { ...step, status: "skipped", reason: event.reason, ...given({ cause: event.cause }) };
    case "STEP_CANCELLED":
      return { ...step, status: "cancelled" };
  }
}

/** What is there, without what is not. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
