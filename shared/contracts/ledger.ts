/** The ledger: what was started under an idempotency key, and what came of it. The values of the bucket `ledger`. */
import { z } from "zod";
import { Result } from "./commands.ts";
import { Id } from "./ids.ts";
import { BridgeId, CommandName } from "./names.ts";

const entry = {
  /** The first command that came with the key. */
  commandId: Id,
  command: CommandName,
  /** Of the command and its arguments: the same key for something else is a conflict. */
  fingerprint: z.string().max(100),
  /** Who runs or ran it; absent where it ended before any bridge had it. */
  bridge: BridgeId.optional(),
  /** The bridge process. */
  instance: Id.optional(),
  /** How often it was begun: an idempotent command that breaks its bridge each time is not begun for ever. */
  attempts: z.number().int().nonnegative(),
  startedAt: z.number().int().nonnegative(),
};

/** `started` without an end means that the outcome cannot be known, once its bridge process is gone. */
export const LedgerEntry = z.discriminatedUnion("status", [
  z.looseObject({ ...entry, status: z.literal("started") }),
  z.looseObject({ ...entry, status: z.literal("completed"), result: Result }),
]);
export type LedgerEntry = z.infer<typeof LedgerEntry>;
