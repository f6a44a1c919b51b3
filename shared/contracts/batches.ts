/** Many commands of one application in one message, and their one answer. */
import { z } from "zod";
import { IdempotencyKey, Priority, Result, TimeoutMs } from "./commands.ts";
import { Id } from "./ids.ts";
import { JsonObject } from "./json.ts";
import { AppName, BridgeId, CommandName } from "./names.ts";
import { Problem } from "./problem.ts";

/**
 * What a batch does when a command of it fails: `stop` leaves the rest out, `continue` goes on with the next, `undo` takes
 * back what was done and leaves the rest out.
 */
export const OnBatchError = z.enum(["stop", "continue", "undo"]);
export type OnBatchError = z.infer<typeof OnBatchError>;

/** More commands than this are several batches. */
export const MAX_BATCH_COMMANDS = 1_000;

export const BatchCommand = z.looseObject({
  command: CommandName,
  /** May refer to what an earlier command of the batch gave, by its index: `{ "$ref": "0.result.name" }`. */
  args: JsonObject.default({}),
  timeoutMs: TimeoutMs.optional(),
});
export type BatchCommand = z.infer<typeof BatchCommand>;

/** The payload of a `command` envelope on `patchbay.v1.cmd.<app>.<bridge|any>._batch`; the envelope's id is the batch's id. */
export const Batch = z.looseObject({
  commands: z.array(BatchCommand).min(1).max(MAX_BATCH_COMMANDS),
  onError: OnBatchError.default("stop"),
  /** What the application's undo history calls it. */
  label: z.string().min(1).max(100).optional(),
  /** @default the batch's id */
  idempotencyKey: IdempotencyKey.optional(),
  priority: Priority.default("normal"),
  /** For the whole batch. @default the sum of the commands' own */
  timeoutMs: TimeoutMs.optional(),
  project: z.string().min(1).max(100).optional(),
});
export type Batch = z.infer<typeof Batch>;

/** What became of one command of a batch; in the batch's order. */
export const BatchItem = z.looseObject({
  command: CommandName,
  /** `undone`: it succeeded and was taken back; `skipped`: it was not begun. */
  status: z.enum(["succeeded", "failed", "undone", "skipped"]),
  /** Absent where it was skipped. */
  result: Result.optional(),
});
export type BatchItem = z.infer<typeof BatchItem>;

/** The payload of the `result` envelope that answers a batch. */
export const BatchResult = z.looseObject({
  batchId: Id,
  app: AppName,
  bridge: BridgeId,
  /** Whether every command succeeded. */
  ok: z.boolean(),
  /** Of a batch that was to be undone: whether all of it was taken back. */
  undone: z.boolean(),
  /** Why commands were left out, where that was none of their own failures: cancelled, or out of time. */
  problem: Problem.optional(),
  startedAt: z.number().int().nonnegative(),
  durationMs: z.number().nonnegative(),
  items: z.array(BatchItem),
});
export type BatchResult = z.infer<typeof BatchResult>;
