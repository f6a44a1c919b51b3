/** What a manifest says of a step before it is tried: how much it risks, and how it is taken back. */
import type { CommandDocument, RehearsedStep, Undoable } from "@patchbay/contracts";

/** Of a command that nobody knows the worst is taken. */
export type Assessment = Pick<RehearsedStep, "effect" | "risk" | "undo">;

export function assess(command: CommandDocument | undefined): Assessment {
  if (command === undefined) return { effect: "open", risk: "high", undo: "none" };
  const { effect } = command;
  const undo = undoOf(command);
  return { effect, risk: riskOf(effect, undo), undo };
}

function undoOf({ effect, undo, inverse }: CommandDocument): Undoable {
  if (effect === "read") return "unnecessary";
  if (undo === "app") return "app";
  return undo === "none" && inverse === undefined ? "none" : "inverse";
}

function riskOf(effect: Assessment["effect"], undo: Undoable): Assessment["risk"] {
  if (effect === "destructive" || effect === "open") return "high";
  return undo === "none" ? "medium" : "low";
}
