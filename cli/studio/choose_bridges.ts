/** Which bridges the embedded studio starts: for what is found here, and for what was asked for, if need be simulated. */
import type { BridgeDefinition, BridgeMode, Found } from "@patchbay/bridge-kit";
import { type BridgeId, PatchbayError } from "@patchbay/contracts";
import { printable } from "../printable.ts";

/** A bridge that was asked for. */
export interface Wanted {
  definition: BridgeDefinition;
  /** @default this machine's name */
  bridge?: BridgeId;
  argument?: string;
  /** As it was named on the command line: `osc:lights.yaml`. */
  item?: string;
  /** It has to be the real one: no simulator stands in. @default false */
  real?: boolean;
}

/** A bridge that is started. */
export interface Chosen extends Omit<Wanted, "real"> {
  mode: BridgeMode;
  /** Whether it was asked for, and not only found. */
  asked: boolean;
}

export interface ChooseOptions {
  /** How an application is started that can do without a window; `simulator` even where there are the applications. */
  mode: BridgeMode;
  say: (line: string) => void;
  signal: AbortSignal;
}

/**
 * What was asked for, then what is found besides; says in a line each what it is and what is missing.
 * @param applications where to look around; one of a kind, such as OSC's, is none before it is named which
 * @throws {PatchbayError} `APP_NOT_FOUND` for one that has to be real
 */
export async function chooseBridges(
  wanted: readonly Wanted[],
  applications: readonly BridgeDefinition[],
  options: ChooseOptions,
): Promise<Chosen[]> {
  const asked = new Set(wanted.map(({ definition }) => definition.app));
  // who asks for simulators asks for those that are named
  const others = options.mode === "simulator"
    ? []
    : applications.filter(({ app, find, from }) => !asked.has(app) && find !== undefined && from === undefined);
  const [chosen, found] = await Promise.all([
    Promise.all(wanted.map((one) => choose(one, options))),
    Promise.all(others.map((definition) => lookFor(definition, options))),
  ]);
  return [...chosen, ...found.filter((one) => one !== undefined)];
}

/** The real application where this machine has it, else its simulator. */
async function choose({ real = false, ...given }: Wanted, { mode, say, signal }: ChooseOptions): Promise<Chosen> {
  const wanted = { ...given, asked: true };
  const { definition, argument } = wanted;
  const { title, find } = definition;
  if (mode === "simulator") {
    say(`The ${title} simulator stands in for ${title}, as you asked.`);
    return { ...wanted, mode };
  }
  const there = definition.needsWindow === true ? "interface" : mode;
  // what nobody can look for was named by somebody who knows that it is there
  if (find === undefined) return { ...wanted, mode: there };
  const found = await find({ ...(argument === undefined ? {} : { argument }), signal });
  if (found.found) {
    say(printable(line(definition, found, there)));
    return { ...wanted, mode: there };
  }
  const { what, remedy } = found;
  if (real) throw PatchbayError.of("APP_NOT_FOUND", what, remedy === undefined ? {} : { remedy });
  say(printable(`${what}: the ${title} simulator stands in.${remedy === undefined ? "" : ` ${remedy}`}`));
  return { ...wanted, mode: "simulator" };
}

/** An application that nobody asked for is not asked either: only its files are looked at, and no simulator stands in. */
async function lookFor(
  definition: BridgeDefinition,
  { mode, say, signal }: ChooseOptions,
): Promise<Chosen | undefined> {
  const found = await definition.find?.({ quietly: true, signal });
  if (found === undefined || (!found.found && found.incomplete !== true)) return undefined;
  const there = definition.needsWindow === true ? "interface" : mode;
  say(printable(line(definition, found, there)));
  return { definition, mode: there, asked: false };
}

/** `Blender at /usr/bin/blender, in the background.` What is to be done comes last, once. */
function line({ toConnect }: BridgeDefinition, { what, remedy }: Found, mode: BridgeMode): string {
  if (remedy !== undefined) return `${what}. ${remedy}`;
  if (mode === "background") return `${what}, in the background.`;
  return toConnect === undefined ? `${what}.` : `${what}. Its bridge waits for it: ${toConnect}.`;
}
