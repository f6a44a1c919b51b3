/** The log of one run: its events, in order, in stream RUNS on `patchbay.v1.run.<runId>`. */
import { z } from "zod";
import { Actor, Approval, PlanDigest } from "./approvals.ts";
import { Id } from "./ids.ts";
import { JsonObject, JsonValue } from "./json.ts";
import { ANY_BRIDGE, BridgeId } from "./names.ts";
import { Plan } from "./plan.ts";
import { MAX_ROUNDS, StepId } from "./plan_step.ts";
import { Problem } from "./problem.ts";
import { MAX_TRIGGER_CHAIN, TriggerId } from "./triggers.ts";

/** `undo` takes back what another run did, `redo` does again what an undo took back. */
export const RunKind = z.enum(["run", "undo", "redo"]);
export type RunKind = z.infer<typeof RunKind>;

/** Where a run stands; `awaiting_approval`: it got a new plan on its way, and a person must look at it. */
export const RunStatus = z.enum(["running", "awaiting_approval", "succeeded", "failed", "cancelled"]);
export type RunStatus = z.infer<typeof RunStatus>;

/** How a run ended. */
export const EndStatus = RunStatus.exclude(["running", "awaiting_approval"]);
export type EndStatus = z.infer<typeof EndStatus>;

/** Why a step was left out: its own `when`, or what it needs did not come. */
export const SkipCause = z.enum(["condition", "failure"]);
export type SkipCause = z.infer<typeof SkipCause>;

const at = { at: z.number().int().nonnegative() };
/** `round` counts from 0 and is there for one round of a step with `forEach`; without it the whole step is meant. */
const ofStep = { ...at, stepId: StepId, round: z.number().int().min(0).max(MAX_ROUNDS).optional() };

/** One transition of a run, appended before it takes effect. Names as AG-UI has them. */
export const RunEvent = z.discriminatedUnion("type", [
  z.looseObject({
    ...at,
    type: z.literal("RUN_STARTED"),
    runId: Id,
    plan: Plan,
    correlationId: Id,
    /** @default "run" */
    kind: RunKind.optional(),
    /** The run that an undo takes back, or the undo that a redo does again. */
    of: Id.optional(),
    /** Who asked for it, and who allowed it. */
    by: Actor.optional(),
    approvals: z.array(Approval).max(100).optional(),
    /** The trigger that asked for it. */
    trigger: TriggerId.optional(),
    /** The triggers that led to it, the first one first and `trigger` last. */
    chain: z.array(TriggerId).max(MAX_TRIGGER_CHAIN).optional(),
    /** W3C trace context of the request, so that a run that another replica continues stays in its trace. */
    traceparent: z.string().optional(),
  }),
  z.looseObject({
    ...ofStep,
    type: z.literal("STEP_STARTED"),
    bridge: z.union([BridgeId, z.literal(ANY_BRIDGE)]),
    /** The session of the application that the command is meant for, where an earlier step has found one. */
    session: Id.optional(),
    commandId: Id,
    /** Of a step with `forEach`: how many rounds it has. */
    rounds: z.number().int().min(0).max(MAX_ROUNDS).optional(),
    /** The result of the command comes behind this place in stream RESULTS: for whoever takes the run over. */
    resultsAfter: z.number().int().nonnegative().optional(),
    /** As they were bound; kept where they differ from the plan's. */
    args: JsonObject.optional(),
  }),
  /** It waits: for its bridge, or for a bridge that keeps failing; or it is sent again. */
  z.looseObject({
    ...ofStep,
    type: z.literal("STEP_WAITING"),
    reason: z.string().max(500),
    problem: Problem.optional(),
  }),
  z.looseObject({
    ...ofStep,
    type: z.literal("STEP_FINISHED"),
    /** `any` of a step with `forEach` that had no round. */
    bridge: z.union([BridgeId, z.literal(ANY_BRIDGE)]),
    session: Id.optional(),
    /** Of a step with `forEach`: `null`, its rounds have the values. */
    value: JsonValue,
    /** The value was too large to travel: what is there is the reference of the asset that holds its JSON. */
    valueIn: z.literal("asset").optional(),
    durationMs: z.number(),
    /** Its effect was read back, and is as it should be. */
    verified: z.boolean().optional(),
  }),
  z.looseObject({ ...ofStep, type: z.literal("STEP_ERROR"), problem: Problem }),
  z.looseObject({ ...ofStep, type: z.literal("STEP_SKIPPED"), reason: z.string(), cause: SkipCause.optional() }),
  z.looseObject({ ...ofStep, type: z.literal("STEP_CANCELLED") }),
  /** The planner found another way: what has ended stays, the rest is this plan's. */
  z.looseObject({ ...at, type: z.literal("RUN_REPLANNED"), plan: Plan, because: StepId, digest: PlanDigest }),
  z.looseObject({ ...at, type: z.literal("RUN_PAUSED"), reason: z.string().max(500), digest: PlanDigest }),
  z.looseObject({ ...at, type: z.literal("RUN_RESUMED"), approval: Approval }),
  z.looseObject({
    ...at,
    type: z.literal("RUN_CANCEL_REQUESTED"),
    reason: z.string().optional(),
    by: Actor.optional(),
  }),
  z.looseObject({
    ...at,
    type: z.literal("RUN_FINISHED"),
    status: EndStatus,
  }),
]);
export type RunEvent = z.infer<typeof RunEvent>;

/** The most events that travel in one message of a log. */
export const MAX_EVENTS_TOGETHER = 256;

/** Transitions that came at one time, stored with one message: all of them, in this order, or none. */
export const RunEvents = z.looseObject({
  type: z.literal("RUN_EVENTS"),
  events: z.array(RunEvent).min(1).max(MAX_EVENTS_TOGETHER),
});

/** The payload of one message of a run's log. */
export const RunLogEntry = z.union([RunEvents, RunEvent]);
export type RunLogEntry = z.infer<typeof RunLogEntry>;

/** The transitions of one message, in order. */
export function eventsOf(entry: RunLogEntry): readonly RunEvent[] {
  return entry.type === "RUN_EVENTS" ? entry.events as RunEvent[] : [entry as RunEvent];
}
