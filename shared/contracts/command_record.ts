/** What became of a command so far, as it is looked up by its id. */
import { z } from "zod";
import { Priority, Progress, Result } from "./commands.ts";
import { Id } from "./ids.ts";
import { ANY_BRIDGE, AppName, BridgeId, CommandName } from "./names.ts";
import { Problem } from "./problem.ts";

/** `cancelling`: its bridge has been told, and the command will say itself what became of it. */
export const CommandStatus = z.enum(["queued", "running", "cancelling", "succeeded", "failed", "cancelled"]);
export type CommandStatus = z.infer<typeof CommandStatus>;

export const CommandRecord = z.looseObject({
  id: Id,
  status: CommandStatus,
  /** Of a job that waits: how many of its address and priority wait before it. */
  position: z.number().int().nonnegative().optional(),
  /** The last progress of one that runs, where it is known. */
  progress: Progress.optional(),
  /** Of one that has ended, where it got as far as a bridge. */
  result: Result.optional(),
  /** Why it did not succeed. */
  problem: Problem.optional(),
});
export type CommandRecord = z.infer<typeof CommandRecord>;

/** A job that waits or runs. */
export const JobRecord = z.looseObject({
  id: Id,
  app: AppName,
  /** Where it was sent: a bridge, or `any`. */
  bridge: z.union([BridgeId, z.literal(ANY_BRIDGE)]),
  command: CommandName,
  priority: Priority,
  status: z.enum(["queued", "running"]),
  /** When it was accepted, in milliseconds since 1970. */
  queuedAt: z.number().int().nonnegative(),
  /** The bridge that runs it. */
  runsOn: BridgeId.optional(),
});
export type JobRecord = z.infer<typeof JobRecord>;
