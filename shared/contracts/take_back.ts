/** Taking back what a command did, and doing it again: the bridge's own commands `_undo` and `_redo`. */
import { z } from "zod";
import { Id } from "./ids.ts";
import { JsonObject, JsonValue } from "./json.ts";
import { AppName, BridgeId, CommandName } from "./names.ts";
import { StepId } from "./plan_step.ts";

/** The arguments of `_undo` and `_redo`: the command that was done, with what it took and gave. */
export const TakeBack = z.looseObject({
  commandId: Id,
  command: CommandName,
  args: JsonObject,
  value: JsonValue,
  /** The application's session in which it was done. */
  session: Id.optional(),
  /** Whether an inverse command may take it back, and not only the application's own history. @default true */
  inverse: z.boolean().optional(),
});
export type TakeBack = z.infer<typeof TakeBack>;

/**
 * The value of `_undo` and `_redo`. `app`: by the application's own history, on whose top it lay; `inverse`: by the inverse
 * command, since something of the artist's lies on top; `again`: a redo that ran the command once more.
 */
export const TakenBack = z.looseObject({
  done: z.boolean(),
  by: z.enum(["app", "inverse", "again"]).optional(),
  /** For a person: why not, or why this way. */
  reason: z.string().max(500),
  /** Of a redo: what the command gives now. */
  value: JsonValue.optional(),
});
export type TakenBack = z.infer<typeof TakenBack>;

/** What an undo can do about one step, said beforehand. */
export const UndoPreviewStep = z.looseObject({
  stepId: StepId,
  round: z.number().int().min(0).optional(),
  app: AppName,
  bridge: BridgeId,
  command: CommandName,
  possible: z.boolean(),
  reason: z.string().max(500),
});
export const UndoPreview = z.looseObject({
  runId: Id,
  /** In the order in which they would be taken back. */
  steps: z.array(UndoPreviewStep),
});
export type UndoPreview = z.infer<typeof UndoPreview>;
