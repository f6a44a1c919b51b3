/** A step: one command of a plan, with bindings, and how it is run. */
import { z } from "zod";
import { Priority, TimeoutMs } from "./commands.ts";
import { JsonObject, JsonValue } from "./json.ts";
import { ANY_BRIDGE, AppName, BridgeId, CommandName } from "./names.ts";
import { Condition } from "./plan_conditions.ts";

/** The most steps that a plan may have. */
export const MAX_STEPS = 10_000;
/** The most rounds that one `forEach` may make. */
export const MAX_ROUNDS = 1_000;

/** Names a step within its plan: `s1`. */
export const StepId = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, "letters, digits, '-' and '_'");
export type StepId = z.infer<typeof StepId>;

/**
 * What happens to the rest of the plan when a step fails: `stop` leaves it out, `continue` leaves out only what needs the
 * step, `replan` asks the planner for another way to the same end.
 */
export const OnError = z.enum(["stop", "continue", "replan"]);
export type OnError = z.infer<typeof OnError>;

/** How often and how far apart a step is tried: only for errors that may pass by themselves, and where it had no effect. */
export const StepRetry = z.strictObject({
  /** Attempts after the first. */
  retries: z.number().int().min(0).max(20),
  /** The first wait and the longest, in milliseconds; between them it grows exponentially, with jitter. */
  initialDelayMs: z.number().int().positive().max(60_000).default(200),
  maxDelayMs: z.number().int().positive().max(600_000).default(5_000),
});
export type StepRetry = z.infer<typeof StepRetry>;

/** A list, as it is or as an earlier step gave it: the step runs once for each item, and gives the list of its results. */
export const ForEach = z.union([
  z.array(JsonValue).max(MAX_ROUNDS),
  z.strictObject({ $ref: z.string().min(1).max(1_000) }),
]);
export type ForEach = z.infer<typeof ForEach>;

/** One command of a plan. */
export const Step = z.looseObject({
  id: StepId,
  app: AppName,
  /** @default whichever bridge of the application is free */
  bridge: z.union([BridgeId, z.literal(ANY_BRIDGE)]).optional(),
  /** `run`: all steps of the run for any bridge of this application go to one; `free`: this one goes to whichever is free. @default "run" */
  placement: z.enum(["run", "free"]).optional(),
  command: CommandName,
  /** May hold `{ "$ref": … }` and `{ "$asset": … }`, and with `forEach` `{ "$item": "/pointer" }`: see `plan_references.ts`. */
  args: JsonObject,
  /** Steps that must succeed first, besides those that the references name. */
  dependsOn: z.array(StepId).max(MAX_STEPS),
  onError: OnError,
  /** The step is left out where this does not hold; so are the steps that refer to its result. */
  when: Condition.optional(),
  forEach: ForEach.optional(),
  retry: StepRetry.optional(),
  /** Whether the result is read back and compared, where the manifest says how. @default true */
  verify: z.boolean().optional(),
  /** How long the run waits for a bridge that is away, in milliseconds. @default 60_000 */
  waitForBridgeMs: z.number().int().min(0).max(24 * 60 * 60_000).optional(),
  /** @default the plan's */
  priority: Priority.optional(),
  timeoutMs: TimeoutMs.optional(),
});
export type Step = z.infer<typeof Step>;
