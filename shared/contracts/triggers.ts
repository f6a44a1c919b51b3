/** Triggers: when this happens, or when it is time, run that. */
import { z } from "zod";
import { Effect, Priority } from "./commands.ts";
import { Id } from "./ids.ts";
import { JsonObject, JsonValue } from "./json.ts";
import { JsonPointer } from "./links.ts";
import { ANY_BRIDGE, AppName, BridgeId, CommandName, SignalName } from "./names.ts";
import { Problem } from "./problem.ts";

export const TriggerId = z.string().regex(
  /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/,
  "letters, digits, '-' and '_', at most 63",
);
export type TriggerId = z.infer<typeof TriggerId>;

/** What the event's data must be at a place for the trigger to fire. Without a comparison: something must be there. */
export const EventFilter = z.strictObject({
  path: JsonPointer.default(""),
  equals: JsonValue.optional(),
  notEquals: JsonValue.optional(),
  greaterThan: z.number().optional(),
  lessThan: z.number().optional(),
});
export type EventFilter = z.infer<typeof EventFilter>;

/** Something happens in an application. */
export const OnEvent = z.strictObject({
  app: AppName,
  bridge: z.union([BridgeId, z.literal(ANY_BRIDGE)]).default(ANY_BRIDGE),
  event: SignalName,
  /** All must hold. */
  where: z.array(EventFilter).max(20).default([]),
});
export type OnEvent = z.infer<typeof OnEvent>;

/** Once, in milliseconds since 1970. */
export const OnceAt = z.strictObject({ at: z.number().int().nonnegative() });
/** Again and again, as `cron` has it: five fields, or six with seconds first. */
export const OnSchedule = z.strictObject({
  cron: z.string().min(9).max(200),
  /** An IANA time zone. @default "UTC" */
  timezone: z.string().min(1).max(100).default("UTC"),
});

/** A kept plan; or one command. `{ "$event": "/data/clip" }` in the arguments is that part of the event, or of `{ at }` for a schedule. */
export const TriggerAction = z.union([
  z.strictObject({ plan: Id }),
  z.strictObject({
    app: AppName,
    bridge: z.union([BridgeId, z.literal(ANY_BRIDGE)]).default(ANY_BRIDGE),
    command: CommandName,
    args: JsonObject.default({}),
  }),
]);
export type TriggerAction = z.infer<typeof TriggerAction>;

/** A rule: when this happens, run that. In the bucket `triggers` by its id, with the time when it was put there. */
export const Trigger = z.strictObject({
  id: TriggerId,
  title: z.string().min(1).max(200).optional(),
  when: z.union([OnEvent, OnceAt, OnSchedule]),
  then: TriggerAction,
  /** Events that come closer together than this are one: the last. In milliseconds. */
  debounceMs: z.number().int().min(0).max(60 * 60_000).default(0),
  /** Fires more often than this, and it is suspended with an alert. */
  maxPerMinute: z.number().int().min(1).max(600).default(60),
  /** What was due while no conductor was there is done late, if it is not later than this, in milliseconds. */
  lateMs: z.number().int().min(0).max(24 * 60 * 60_000).default(60_000),
  paused: z.boolean().default(false),
  priority: Priority.default("normal"),
  project: z.string().min(1).max(100).optional(),
  /** Who made it: its runs are under that key's policies. Filled in by the gateway. */
  owner: z.looseObject({
    key: z.string().max(100),
    name: z.string().max(200),
    /** What its key allowed then: no run of the trigger does more. @default all */
    effects: z.array(Effect).optional(),
  }).optional(),
});
export type Trigger = z.infer<typeof Trigger>;

/** A longer chain of triggers, each of which fired at what the one before it did, is taken for a loop. */
export const MAX_TRIGGER_CHAIN = 8;

/** One time that a trigger fired, or why it did not: the payload on `patchbay.v1.trigger.<triggerId>`. */
export const TriggerFiring = z.looseObject({
  /** Follows from the trigger and what made it fire; the run has the same. */
  id: Id,
  triggerId: TriggerId,
  at: z.number().int().nonnegative(),
  /** The event that made it fire, or when it was due. */
  event: Id.optional(),
  dueAt: z.number().int().nonnegative().optional(),
  outcome: z.enum(["started", "awaiting_approval", "debounced", "filtered", "loop", "suspended", "missed", "failed"]),
  runId: Id.optional(),
  /** The triggers whose runs led to it, the first one first and this one last. */
  chain: z.array(TriggerId).max(MAX_TRIGGER_CHAIN + 1).optional(),
  reason: z.string().max(500),
  problem: Problem.optional(),
});
export type TriggerFiring = z.infer<typeof TriggerFiring>;

/** A trigger as it is kept. */
export const TriggerRecord = z.looseObject({
  trigger: Trigger,
  revision: z.number().int().positive(),
  /** It fired too often: it must be put again to go on. */
  suspended: z.string().max(500).optional(),
  /** When a schedule is due next, in milliseconds since 1970. */
  nextAt: z.number().int().nonnegative().optional(),
  last: TriggerFiring.optional(),
});
export type TriggerRecord = z.infer<typeof TriggerRecord>;
