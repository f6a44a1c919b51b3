/** What became of a step's command. */
import { type BridgeId, type Id, PatchbayError, type Problem, Result, toProblem } from "@patchbay/contracts";
import { z } from "zod";
import { isRepeatable } from "./step_document.ts";
import type { StepCommand } from "./step_command.ts";

export type StepOutcome =
  | {
    status: "succeeded";
    bridge: BridgeId;
    value: unknown;
    /** The value was too large to travel: what is there is the reference of the asset that holds its JSON. */
    valueIn?: "asset";
    durationMs: number;
    /** The time that the application was open in which it was done. */
    session?: Id;
    /** Its effect was read back, and is as it should be. */
    verified?: boolean;
  }
  | { status: "failed"; problem: Problem }
  | { status: "cancelled" };

const InAsset = z.looseObject({ valueIn: z.literal("asset") });

export function outcomeOf(result: Result, { cancelled }: Pick<StepCommand, "cancelled">): StepOutcome {
  if (result.ok) {
    const { bridge, value, durationMs, session } = result;
    return {
      status: "succeeded",
      bridge,
      value,
      ...(InAsset.safeParse(result).success ? { valueIn: "asset" as const } : {}),
      durationMs,
      ...(session === undefined ? {} : { session }),
    };
  }
  if (result.problem.code === "CANCELLED" && cancelled.aborted) return { status: "cancelled" };
  return { status: "failed", problem: result.problem };
}

export const failed = (error: PatchbayError, { correlationId }: Pick<StepCommand, "correlationId">): StepOutcome => ({
  status: "failed",
  problem: toProblem(error, correlationId),
});

/** The bridge does not answer the cancellation. */
export const afterCancel = (command: StepCommand): StepOutcome =>
  isRepeatable(command.document) ? { status: "cancelled" } : unknownOutcome(command);

export function unknownOutcome(command: StepCommand): StepOutcome {
  const { step, bridge } = command;
  const where = `${step.app}.${bridge}`;
  return failed(
    new PatchbayError("OUTCOME_UNKNOWN", `Whether '${step.command}' happened is not known: ${where} gave no result`),
    command,
  );
}
