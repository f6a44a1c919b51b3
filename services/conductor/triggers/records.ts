/** What the bucket `triggers` holds: the triggers, where each of them stands, and how far the stream of events was read. */
import { AppEvent, Id, PlanDigest, Trigger, TriggerFiring, type TriggerId } from "@patchbay/contracts";
import { isSchedule, scheduleFault } from "@patchbay/contracts/trigger-validation";
import { z } from "zod";

/** `<triggerId>`: as it was put there. What another version has kept and this one cannot follow is left alone. */
export const KeptTrigger = Trigger.extend({
  putAt: z.number().int().nonnegative(),
  /** Of its plan as it was then: what others make of the plan since, it does not run with the rights of its owner. */
  planDigest: PlanDigest.optional(),
}).refine(
  ({ when }) => !isSchedule(when) || scheduleFault(when) === undefined,
  "the schedule cannot be followed",
);
export type KeptTrigger = z.infer<typeof KeptTrigger>;

/** An event with its place in the stream. */
export const HeldEvent = z.looseObject({
  id: Id,
  /** When the server stored it, in milliseconds since 1970. */
  storedAt: z.number().int().nonnegative(),
  correlationId: Id,
  /** The command that it happened during. */
  causationId: Id.optional(),
  payload: AppEvent,
});
export type HeldEvent = z.infer<typeof HeldEvent>;

/** `_state.<triggerId>`: written by whoever has the lease. */
export const TriggerState = z.looseObject({
  /** Of the trigger that it speaks of: a trigger that was put again begins anew. */
  revision: z.number().int().positive(),
  /** Why it fires no more. */
  suspended: z.string().max(500).optional(),
  /** Its schedule was seen to up to here, in milliseconds since 1970. */
  handledAt: z.number().int().nonnegative().optional(),
  /** The last of several events, and when it is to fire if no other one comes. */
  pending: z.looseObject({ event: HeldEvent, dueAt: z.number().int().nonnegative() }).optional(),
  last: TriggerFiring.optional(),
});
export type TriggerState = z.infer<typeof TriggerState>;

/** `_position.events`: every event up to this sequence was seen to. */
export const Position = z.looseObject({ seq: z.number().int().nonnegative() });

export const STATES = "_state.*";
export const POSITION = "_position.events";
export const stateKey = (id: TriggerId) => `_state.${id}`;
export const triggerOf = (key: string): TriggerId => key.slice("_state.".length);
/** Keys of triggers have one token, the others have two. */
export const TRIGGERS = "*";
