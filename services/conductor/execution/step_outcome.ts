/** What became of a step's command. */
import {
  type BridgeId,
  type CommandDocument,
  type Id,
  PatchbayError,
  type Problem,
  Result,
  type Step,
  toProblem,
} from "@patchbay/contracts";
import { z } from "zod";
import type { Place } from "./placement.ts";
import { isRepeatable } from "./step_document.ts";

export type StepOutcome =
  | {
    status: "succeeded";
    bridge: BridgeId;
    value: unknown;
    /** The value was too large to travel: what is there is the reference of the asset that holds its JSON. */
    valueIn?: "asset";
    /** Of the list that rounds give: which of its items are such references. */
    valuesIn?: readonly ("asset" | undefined)[];
    durationMs: number;
    /** The time that the application was open in which it was done. */
    session?: Id;
    /** Its effect was read back, and is as it should be. */
    verified?: boolean;
  }
  | { status: "failed"; problem: Problem }
  | { status: "cancelled" };

/** What is known of the command whose outcome it is. */
interface Sent {
  step: Step;
  bridge: Place;
  document: CommandDocument | undefined;
  correlationId: Id;
  /** Fires when the run is to be cancelled. */
  cancelled: AbortSignal;
}

const InAsset = z.looseObject({ valueIn: z.literal("asset") });

export function outcomeOf(result: Result, { cancelled }: Pick<Sent, "cancelled">): StepOutcome {
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

export const failed = (error: PatchbayError, { correlationId }: Pick<Sent, "correlationId">): StepOutcome => ({
  status: "failed",
  problem: toProblem(error, correlationId),
});

/** The bridge does not answer the cancellation. */
export const afterCancel = (command: Omit<Sent, "cancelled">): StepOutcome =>
  isRepeatable(command.document) ? { status: "cancelled" } : unknownOutcome(command);

export function unknownOutcome(command: Omit<Sent, "cancelled">): StepOutcome {
  const { step, bridge } = command;
  const where = `${step.app}.${bridge}`;
  return failed(
    new PatchbayError("OUTCOME_UNKNOWN", `Whether '${step.command}' happened is not known: ${where} gave no result`),
    command,
  );
}
