/** The log of one run: its events, in order, in stream RUNS on `patchbay.v1.run.<runId>`. */
import { z } from "zod";
import { BridgeId } from "./names.ts";
import { Id } from "./ids.ts";
import { JsonValue } from "./json.ts";
import { Plan, StepId } from "./plan.ts";
import { Problem } from "./problem.ts";

/** Where a run stands. */
export const RunStatus = z.enum(["running", "succeeded", "failed", "cancelled"]);
export type RunStatus = z.infer<typeof RunStatus>;

/** Where a step of a run stands. */
export const StepStatus = z.enum(["pending", "running", "succeeded", "failed", "skipped", "cancelled"]);
export type StepStatus = z.infer<typeof StepStatus>;

const at = { at: z.number().int().nonnegative() };
const ofStep = { ...at, stepId: StepId };

/** One transition of a run, appended before it takes effect. Names as AG-UI has them. */
export const RunEvent = z.discriminatedUnion("type", [
  z.looseObject({
    ...at,
    type: z.literal("RUN_STARTED"),
    runId: Id,
    plan: Plan,
    correlationId: Id,
    /** W3C trace context of the request, so that a run that another replica continues stays in its trace. */
    traceparent: z.string().optional(),
  }),
  z.looseObject({
    ...ofStep,
    type: z.literal("STEP_STARTED"),
    bridge: z.union([BridgeId, z.literal("any")]),
    commandId: Id,
    /** The result of the command comes behind this place in stream RESULTS: for whoever takes the run over. */
    resultsAfter: z.number().int().nonnegative().optional(),
  }),
  z.looseObject({
    ...ofStep,
    type: z.literal("STEP_FINISHED"),
    bridge: BridgeId,
    value: JsonValue,
    durationMs: z.number(),
  }),
  z.looseObject({ ...ofStep, type: z.literal("STEP_ERROR"), problem: Problem }),
  z.looseObject({ ...ofStep, type: z.literal("STEP_SKIPPED"), reason: z.string() }),
  z.looseObject({ ...ofStep, type: z.literal("STEP_CANCELLED") }),
  z.looseObject({ ...at, type: z.literal("RUN_CANCEL_REQUESTED"), reason: z.string().optional() }),
  z.looseObject({ ...at, type: z.literal("RUN_FINISHED"), status: RunStatus.exclude(["running"]) }),
]);
export type RunEvent = z.infer<typeof RunEvent>;

/** One step of a run as the log leaves it. */
export const StepRun = z.looseObject({
  status: StepStatus,
  commandId: Id.optional(),
  bridge: z.string().optional(),
  startedAt: z.number().int().optional(),
  resultsAfter: z.number().int().nonnegative().optional(),
  durationMs: z.number().optional(),
  value: JsonValue.optional(),
  problem: Problem.optional(),
  reason: z.string().optional(),
});
export type StepRun = z.infer<typeof StepRun>;

/** A run as its log leaves it. */
export const Run = z.looseObject({
  id: Id,
  plan: Plan,
  status: RunStatus,
  correlationId: Id,
  startedAt: z.number().int(),
  finishedAt: z.number().int().optional(),
  /** When somebody asked for an end; the run is over when it has a status that says so. */
  cancelRequestedAt: z.number().int().optional(),
  cancelReason: z.string().optional(),
  /** W3C trace context of the request that began it. */
  traceparent: z.string().optional(),
  steps: z.record(StepId, StepRun),
});
export type Run = z.infer<typeof Run>;

/**
 * Applies one event: the state of a run is the fold of its log.
 * @throws {RangeError} for an event before `RUN_STARTED`, or of a step that the plan does not have
 */
export function applyRunEvent(run: Run | undefined, event: RunEvent): Run {
  if (event.type === "RUN_STARTED") return begin(event);
  const before = begun(run, event);
  if (isWholeRunEvent(event)) return { ...before, ...applyToRun(event) };
  return { ...before, steps: { ...before.steps, [event.stepId]: applyStepEvent(stepOf(before, event), event) } };
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
    if (isWholeRunEvent(event)) Object.assign(run, applyToRun(event));
    else run.steps[event.stepId] = applyStepEvent(stepOf(run, event), event);
  }
  return run;
}

type StartEvent = Extract<RunEvent, { type: "RUN_STARTED" }>;
type WholeRunEvent = Extract<RunEvent, { type: "RUN_CANCEL_REQUESTED" | "RUN_FINISHED" }>;
type StepEvent = Exclude<RunEvent, StartEvent | WholeRunEvent>;

const isWholeRunEvent = (event: WholeRunEvent | StepEvent): event is WholeRunEvent =>
  event.type === "RUN_CANCEL_REQUESTED" || event.type === "RUN_FINISHED";

function begin(event: StartEvent): Run {
  return {
    id: event.runId,
    plan: event.plan,
    status: "running",
    correlationId: event.correlationId,
    startedAt: event.at,
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
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

function applyToRun(event: WholeRunEvent): Partial<Run> {
  if (event.type === "RUN_FINISHED") return { status: event.status, finishedAt: event.at };
  return { cancelRequestedAt: event.at, ...(event.reason === undefined ? {} : { cancelReason: event.reason }) };
}

function applyStepEvent(step: StepRun, event: StepEvent): StepRun {
  switch (event.type) {
    case "STEP_STARTED":
      return {
        status: "running",
        startedAt: event.at,
        commandId: event.commandId,
        bridge: event.bridge,
        ...(event.resultsAfter === undefined ? {} : { resultsAfter: event.resultsAfter }),
      };
    case "STEP_FINISHED":
      return { ...step, status: "succeeded", bridge: event.bridge, value: event.value, durationMs: event.durationMs };
    case "STEP_ERROR":
      return { ...step, status: "failed", problem: event.problem };
    case "STEP_SKIPPED":
      return { ...step, status: "skipped", reason: event.reason };
    case "STEP_CANCELLED":
      return { ...step, status: "cancelled" };
  }
}
