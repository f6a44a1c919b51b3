/** A plan: a DAG of steps, and where it stands in its life. */
import { z } from "zod";
import { Approval, PlanDigest, Rejection, RunRequest } from "./approvals.ts";
import { Priority } from "./commands.ts";
import { Id } from "./ids.ts";
import { MAX_STEPS, Step } from "./plan_step.ts";

/** Where a plan stands in its life. */
export const PlanStatus = z.enum([
  "draft",
  "validated",
  "rehearsed",
  "awaiting_approval",
  "running",
  "succeeded",
  "failed",
  "cancelled",
  "undone",
]);
export type PlanStatus = z.infer<typeof PlanStatus>;

/** Who made the plan, and from what. */
export const Provenance = z.looseObject({
  /** `phrasebook`, `claude`, … or `hand`. */
  provider: z.string().min(1).max(100),
  model: z.string().max(200).optional(),
  createdAt: z.number().int().nonnegative(),
  /** Tokens that the model read and wrote. */
  usage: z.looseObject({ inputTokens: z.number().int().nonnegative(), outputTokens: z.number().int().nonnegative() })
    .optional(),
});
export type Provenance = z.infer<typeof Provenance>;

/** The steps, what they were made from, and by whom. */
export const Plan = z.looseObject({
  id: Id,
  instruction: z.string().max(20_000).optional(),
  projectId: z.string().max(100).optional(),
  /** Which commands go first where they meet those of others. @default "normal" */
  priority: Priority.optional(),
  steps: z.array(Step).min(1).max(MAX_STEPS),
  provenance: Provenance,
});
export type Plan = z.infer<typeof Plan>;

/** A plan as it is kept: with where it stands in its life. */
export const PlanRecord = z.looseObject({
  plan: Plan,
  status: PlanStatus,
  /** The latest run of it. */
  runId: Id.optional(),
  /** Of the plan as it is now. */
  digest: PlanDigest.optional(),
  approvals: z.array(Approval).max(100).optional(),
  /** It does not run as it is: it must be saved anew. */
  rejected: Rejection.optional(),
  /** A run that waits for approvals, or is about to begin. */
  requested: RunRequest.optional(),
  /** The rehearsal of this plan is kept under its id. */
  rehearsedAt: z.number().int().nonnegative().optional(),
  updatedAt: z.number().int().nonnegative(),
});
export type PlanRecord = z.infer<typeof PlanRecord>;
