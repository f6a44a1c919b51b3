/** What the two sides tell each other once they are linked; anything else is ignored. */
import { z } from "zod";
import { JsonObject, JsonValue, StateCause } from "@patchbay/contracts";

/** From the bridge. */
export const ExecuteParams = z.looseObject({
  command: z.string(),
  args: JsonObject,
  id: z.string(),
  /** One of many values of a link, which need no undo step each. */
  live: z.boolean().default(false),
});

/** `group_begin`: what is executed until `group_end` is one undo step. For applications whose `hello` has the capability `groups`. */
export const GroupBeginParams = z.looseObject({
  label: z.string().max(200),
  /** What `step_back` knows the step by. */
  id: z.string().optional(),
});
/** `group_end` */
export const GroupEndParams = z.looseObject({ outcome: z.enum(["keep", "undo"]) });
/** What `group_end` answers: whether all of it was taken back. */
export const GroupEnded = z.looseObject({ undone: z.boolean() });

/**
 * `step_back`: takes the command with this id back, or does it again, if it lies on top of the undo history. Answered with
 * {@linkcode SteppedBack}. For applications whose `hello` has the capability `step_back`.
 */
export const StepBackParams = z.looseObject({ direction: z.enum(["undo", "redo"]), id: z.string() });
/** What `step_back` answers. */
export const SteppedBack = z.looseObject({ moved: z.boolean(), reason: z.string().max(500).optional() });

const at = z.number().nonnegative().optional();

/** From the application, by method. */
export const NOTIFICATIONS = {
  event: z.looseObject({ event: z.string(), data: JsonValue, at }),
  /** A script that says itself what it offers: the bridge asks for its `manifest` again. */
  manifest_changed: z.looseObject({}),
  state_changed: z.looseObject({ cause: StateCause.default("application") }),
  channel: z.looseObject({ channel: z.string(), value: JsonValue, at }),
  log: z.looseObject({ level: z.enum(["debug", "info", "warning", "error"]).catch("info"), message: z.string() }),
  /** From the application's main thread, so that a hang is noticed. */
  heartbeat: z.looseObject({ at }),
  "$/progress": z.looseObject({
    /** The command's id. */
    token: z.union([z.string(), z.number()]),
    value: z.looseObject({
      fraction: z.number().min(0).max(1).nullish(),
      message: z.string().nullish(),
      data: JsonValue.optional(),
    }),
  }),
} as const;

export type LinkNotification = {
  [M in keyof typeof NOTIFICATIONS]: { method: M; params: z.output<(typeof NOTIFICATIONS)[M]> };
}[keyof typeof NOTIFICATIONS];

/** `undefined` for a method that is unknown, or parameters that do not fit. */
export function parseNotification(method: string, params: unknown): LinkNotification | undefined {
  if (!Object.hasOwn(NOTIFICATIONS, method)) return undefined;
  const known = method as keyof typeof NOTIFICATIONS;
  const parsed = NOTIFICATIONS[known].safeParse(params ?? {});
  return parsed.success ? { method: known, params: parsed.data } as LinkNotification : undefined;
}
