/** The log of one run: its events, in order, in stream RUNS on `patchbay.v1.run.<runId>`. */
import { z } from "zod";
import { BridgeId } from "./names.ts";
import { Id } from "./ids.ts";
import { JsonValue } from "./json.ts";
import { Plan, StepId } from "./plan.ts";
import { Problem } from "./problem.ts";

export const RunStatus = z.enum(["running", "succeeded", "failed", "cancelled"]);
export type RunStatus = z.infer<typeof RunStatus>;

export const StepStatus = z.enum(["pending", "running", "succeeded", "failed", "skipped", "cancelled"]);
export type StepStatus = z.infer<typeof StepStatus>;

const at = { at: z.number().int().nonnegative() };
const ofStep = { ...at, stepId: StepId };

/** Names as AG-UI has them. */
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

export const StepRun = z.looseObject({
  status: StepStatus,
  commandId: Id.optional(),
  bridge: z.string().optional(),
  startedAt: z.number().int().optional(),
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
  steps: z.record(StepId, StepRun),
});
export type Run = z.infer<typeof Run>;

/** Applies one event: the state of a run is the fold of its log. */
export function applyRunEvent(run: Run | undefined, event: RunEvent): Run {
  if (event.type === "RUN_STARTED") {
    return {
      id: event.runId,
      plan: event.plan,
      status: "running",
      correlationId: event.correlationId,
      startedAt: event.at,
      steps: Object.fromEntries(event.plan.steps.map(({ id }) => [id, { status: "pending" as const }])),
    };
  }
  if (run === undefined) throw new RangeError(`Cannot apply ${event.type}: the log does not begin with RUN_STARTED`);
  if (event.type === "RUN_FINISHED") return { ...run, status: event.status, finishedAt: event.at };
  if (event.type === "RUN_CANCEL_REQUESTED") return run;
  return { ...run, steps: { ...run.steps, [event.stepId]: applyStepEvent(run.steps[event.stepId], event) } };
}

type StepEvent = Extract<RunEvent, { stepId: string }>;

function applyStepEvent(step: StepRun | undefined, event: StepEvent): StepRun {
  switch (event.type) {
    case "STEP_STARTED":
      return { status: "running", startedAt: event.at, commandId: event.commandId, bridge: event.bridge };
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
