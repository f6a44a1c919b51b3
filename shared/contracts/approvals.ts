/** Approvals: who allowed which steps of which exact plan, and until when. */
import { z } from "zod";
import { Effect } from "./commands.ts";
import { Id } from "./ids.ts";
import { AppName, CommandName } from "./names.ts";
import { StepId } from "./plan_step.ts";
import { PolicyDecision } from "./policies.ts";
import { MAX_TRIGGER_CHAIN, TriggerId } from "./triggers.ts";

/** `sha256:` and 64 hexadecimal digits: what `planDigest` gives. */
export const PlanDigest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "'sha256:' and 64 hexadecimal digits");
export type PlanDigest = z.infer<typeof PlanDigest>;

/** Who did it: an API key by its id and its name, never its secret. */
export const Actor = z.looseObject({
  key: z.string().min(1).max(100),
  name: z.string().max(200),
});
export type Actor = z.infer<typeof Actor>;

export const Approval = z.looseObject({
  digest: PlanDigest,
  /** Left out: all of them. */
  steps: z.array(StepId).min(1).optional(),
  by: Actor,
  at: z.number().int().nonnegative(),
  expiresAt: z.number().int().nonnegative(),
});
export type Approval = z.infer<typeof Approval>;

/** What a policy says of one step. */
export const StepDecision = z.looseObject({
  stepId: StepId,
  app: AppName,
  command: CommandName,
  effect: Effect,
  decision: PolicyDecision,
  /** Which rule, for a person. */
  reason: z.string().max(500),
  /** Whether an approval that holds covers it. */
  approved: z.boolean(),
});
export type StepDecision = z.infer<typeof StepDecision>;

/** What stands between a plan and its run. */
export const ApprovalState = z.looseObject({
  digest: PlanDigest,
  /** `allowed`: it may run now; `needed`: steps wait for an approval; `denied`: a policy refuses a step. */
  status: z.enum(["allowed", "needed", "denied"]),
  steps: z.array(StepDecision),
  approvals: z.array(Approval),
});
export type ApprovalState = z.infer<typeof ApprovalState>;

/** Somebody said no to a plan as it is. */
export const Rejection = z.looseObject({
  by: Actor,
  at: z.number().int().nonnegative(),
  reason: z.string().max(500).optional(),
});
export type Rejection = z.infer<typeof Rejection>;

/** A run that somebody asked for and that waits for approvals; granted, it begins by itself. */
export const RunRequest = z.looseObject({
  runId: Id,
  digest: PlanDigest,
  /** @default nobody: only the rules that name no key */
  by: Actor.optional(),
  /** What whoever asked may do. @default all */
  effects: z.array(Effect).optional(),
  /** The trigger that asked. */
  trigger: TriggerId.optional(),
  /** The triggers that led to it, the first one first and `trigger` last. */
  chain: z.array(TriggerId).max(MAX_TRIGGER_CHAIN).optional(),
  at: z.number().int().nonnegative(),
  correlationId: Id,
  /** The plan was changed since it was asked for: nobody has asked for what it is now. */
  changed: z.boolean().optional(),
  /** It is not to begin any more: its log says so, and ends. */
  withdrawn: z.looseObject({ by: Actor.optional(), reason: z.string().max(500).optional() }).optional(),
});
export type RunRequest = z.infer<typeof RunRequest>;
