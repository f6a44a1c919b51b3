/** A rehearsal: what each step of a plan would change, tried on simulators that hold the present state. */
import { z } from "zod";
import { PlanDigest } from "./approvals.ts";
import { Effect } from "./commands.ts";
import { Id } from "./ids.ts";
import { JsonValue } from "./json.ts";
import { AppName, BridgeId, CommandName } from "./names.ts";
import { Plan } from "./plan.ts";
import { StepId } from "./plan_step.ts";
import { Problem } from "./problem.ts";
import { SkipCause } from "./run_events.ts";

/** The most changes that are told of one step; the rest is counted. */
export const MAX_CHANGES = 200;

/** One thing of an application's state that differs. Of a thing that changed, `before` and `after` hold the members that differ. */
export const ObjectChange = z.looseObject({
  kind: z.enum(["added", "removed", "changed"]),
  /** What it is, for a person: `object 'Hero'`, `track 3 'Bass'`. */
  object: z.string().max(300),
  /** An RFC 6901 pointer into the state. */
  path: z.string().max(1_000),
  /** Absent where it was not there, or is not there any more. */
  before: JsonValue.optional(),
  after: JsonValue.optional(),
});
export type ObjectChange = z.infer<typeof ObjectChange>;

/** Whether a step can be taken back, and how. */
export const Undoable = z.enum(["app", "inverse", "none", "unnecessary"]);
export type Undoable = z.infer<typeof Undoable>;

/** What became of one step on the stage. */
export const RehearsedStep = z.looseObject({
  stepId: StepId,
  app: AppName,
  command: CommandName,
  /** `unrehearsed`: no simulator can do it, as `reason` says; its result was made up from its schema. */
  status: z.enum(["succeeded", "failed", "skipped", "unrehearsed"]),
  effect: Effect,
  /** `low` reads or can be taken back, `high` destroys or may do anything. */
  risk: z.enum(["low", "medium", "high"]),
  undo: Undoable,
  /** How long it takes, in milliseconds: as measured in this studio, else as the simulator took, else by the manifest's limit. */
  durationMs: z.number().nonnegative(),
  durationFrom: z.enum(["measured", "simulated", "manifest"]),
  changes: z.array(ObjectChange).max(MAX_CHANGES),
  /** Changes that are not told. */
  moreChanges: z.number().int().nonnegative(),
  problem: Problem.optional(),
  /** Why it was skipped or could not be rehearsed, for a person. */
  reason: z.string().max(500).optional(),
  /** Of a step that was skipped. */
  cause: SkipCause.optional(),
  /** Of a step with `forEach`: how many rounds it made. */
  rounds: z.number().int().nonnegative().optional(),
  /** What it gave, cut to what a person reads; made up where it is `unrehearsed`. */
  value: JsonValue.optional(),
});
export type RehearsedStep = z.infer<typeof RehearsedStep>;

export const Rehearsal = z.looseObject({
  planId: Id,
  /** Of the plan that was rehearsed. */
  digest: PlanDigest,
  at: z.number().int().nonnegative(),
  /** How long the rehearsal itself took, in milliseconds. */
  tookMs: z.number().nonnegative(),
  /** Whether no step failed, and none was left out but on purpose. */
  ok: z.boolean(),
  /** The longest way through the plan, in milliseconds: what a run should take. */
  expectedMs: z.number().nonnegative(),
  /** What the stage stood on, and what of it could not be loaded, for a person. */
  stages: z.array(z.looseObject({
    app: AppName,
    bridge: BridgeId.optional(),
    /** The revision of the state that was loaded; absent where there was none. */
    revision: z.number().int().nonnegative().optional(),
    notes: z.array(z.string().max(500)).max(50),
  })),
  steps: z.array(RehearsedStep),
  /** Steps that are not told: a message holds no more. */
  moreSteps: z.number().int().positive().optional(),
});
export type Rehearsal = z.infer<typeof Rehearsal>;

/** What the conductor asks of the rehearsal service. */
export const RehearsalRequest = z.looseObject({ plan: Plan, digest: PlanDigest });
export type RehearsalRequest = z.infer<typeof RehearsalRequest>;
