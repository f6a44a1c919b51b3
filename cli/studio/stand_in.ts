/** Which applications are real in the embedded studio, and for which a simulator stands in. */
import type { BridgeDefinition, BridgeMode } from "@patchbay/bridge-kit";
import type { BridgeId } from "@patchbay/contracts";
import { printable } from "../printable.ts";

export interface Wanted {
  definition: BridgeDefinition;
  argument?: string;
  bridge?: BridgeId;
}

export interface ChooseOptions {
  /** Simulators even where there are the applications. */
  simulate: boolean;
  /** How an application is started that can do without a window. */
  mode: "background" | "interface";
  say: (line: string) => void;
  signal: AbortSignal;
}

/** The real application where this machine has it, else its simulator; says in a line which. */
export async function chooseMode(
  { definition, argument }: Wanted,
  { simulate, mode, say, signal }: ChooseOptions,
): Promise<BridgeMode> {
  const { title, find, needsWindow = false } = definition;
  if (simulate) {
    say(`The ${title} simulator stands in for ${title}, as you asked.`);
    return "simulator";
  }
  const there = needsWindow ? "interface" : mode;
  // what nobody can look for was named by somebody who knows that it is there
  if (find === undefined) return there;
  const { found, what, remedy } = await find({ ...(argument === undefined ? {} : { argument }), signal });
  if (found) {
    say(printable(remedy === undefined ? `${what}.` : `${what}. ${remedy}`));
    return there;
  }
  say(printable(`${what}: the ${title} simulator stands in.${remedy === undefined ? "" : ` ${remedy}`}`));
  return "simulator";
}
