/** A command, its progress, and its one result. */
import { z } from "zod";
import { ANY_BRIDGE, AppName, BridgeId, CommandName } from "./names.ts";
import { Id } from "./ids.ts";
import { JsonObject, JsonValue } from "./json.ts";
import { Problem } from "./problem.ts";

/** `query` reads, `execute` changes, `init` and `terminate` start and stop the application. */
export const CommandKind = z.enum(["query", "execute", "init", "terminate"]);
export type CommandKind = z.infer<typeof CommandKind>;

/** How much a command may do; `open` may do anything, such as running code. */
export const Effect = z.enum(["read", "write", "destructive", "open"]);
export type Effect = z.infer<typeof Effect>;

/** `interactive` is request-reply, `job` the durable queue. */
export const Lane = z.enum(["interactive", "job"]);
export type Lane = z.infer<typeof Lane>;

/** Which command of a bridge goes first. */
export const Priority = z.enum(["high", "normal", "low"]);
export type Priority = z.infer<typeof Priority>;

/** Names one side effect: a command that is sent twice with one key happens once. */
export const IdempotencyKey = z.string().min(1).max(200).regex(/^[\x21-\x7e]+$/, "printable ASCII without spaces");

/** The most that any command may take, in milliseconds: a day. */
export const MAX_TIMEOUT_MS = 24 * 60 * 60 * 1000;
/** Milliseconds. */
export const TimeoutMs = z.number().int().positive().max(MAX_TIMEOUT_MS);

/** The payload of a `command` envelope; the envelope's id is the command's id, its target the bridge. */
export const Command = z.looseObject({
  command: CommandName,
  args: JsonObject,
  /** @default the command's id */
  idempotencyKey: IdempotencyKey.optional(),
  priority: Priority.default("normal"),
  timeoutMs: TimeoutMs.optional(),
  project: z.string().min(1).max(100).optional(),
  runId: Id.optional(),
  stepId: z.string().max(100).optional(),
  /** The session of the application that it is meant for: after a restart it is refused with `APP_RESTARTED`. */
  session: Id.optional(),
});
export type Command = z.infer<typeof Command>;

/** The payload of a `progress` envelope. */
export const Progress = z.looseObject({
  commandId: Id,
  /** 0 to 1, when it is known. */
  fraction: z.number().min(0).max(1).optional(),
  message: z.string().max(1000).optional(),
  data: JsonValue.optional(),
});
export type Progress = z.infer<typeof Progress>;

const outcome = {
  commandId: Id,
  app: AppName,
  /** `any` where it ended before a bridge had it: cancelled while it waited. */
  bridge: z.union([BridgeId, z.literal(ANY_BRIDGE)]),
  command: CommandName,
  /** When the application began, in milliseconds since 1970. */
  startedAt: z.number().int().nonnegative(),
  /** How long it took, in milliseconds, by the monotonic clock. */
  durationMs: z.number().nonnegative(),
  /** One time that the application was open: a new one after each restart. */
  session: Id.optional(),
};

/** The payload of a `result` envelope: a value, or a problem. */
export const Result = z.discriminatedUnion("ok", [
  z.looseObject({ ...outcome, ok: z.literal(true), value: JsonValue }),
  z.looseObject({ ...outcome, ok: z.literal(false), problem: Problem }),
]);
export type Result = z.infer<typeof Result>;

/** The payload that cancels: published on `patchbay.v1.cancel.<commandId>`. */
export const Cancel = z.looseObject({ commandId: Id, reason: z.string().max(500).optional() });
export type Cancel = z.infer<typeof Cancel>;
