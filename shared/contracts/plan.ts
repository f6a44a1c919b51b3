/** A plan: a DAG of steps, each one command with bindings. */
import { z } from "zod";
import { ANY_BRIDGE, AppName, BridgeId, CommandName } from "./names.ts";
import { TimeoutMs } from "./commands.ts";
import { Id } from "./ids.ts";
import { JsonObject } from "./json.ts";

/** The most steps that a plan may have. */
export const MAX_STEPS = 10_000;

/** Names a step within its plan: `s1`. */
export const StepId = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, "letters, digits, '-' and '_'");
export type StepId = z.infer<typeof StepId>;

/** What happens to the rest of the plan when a step fails. */
export const OnError = z.enum(["stop", "continue"]);
export type OnError = z.infer<typeof OnError>;

/** One command of a plan. */
export const Step = z.looseObject({
  id: StepId,
  app: AppName,
  /** @default whichever bridge of the application is free */
  bridge: z.union([BridgeId, z.literal(ANY_BRIDGE)]).optional(),
  command: CommandName,
  /** May hold `{ "$ref": … }` and `{ "$asset": … }`: see `plan_references.ts`. */
  args: JsonObject,
  /** Steps that must succeed first, besides those that the references name. */
  dependsOn: z.array(StepId).max(MAX_STEPS),
  onError: OnError,
  timeoutMs: TimeoutMs.optional(),
});
export type Step = z.infer<typeof Step>;

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
  updatedAt: z.number().int().nonnegative(),
});
export type PlanRecord = z.infer<typeof PlanRecord>;
