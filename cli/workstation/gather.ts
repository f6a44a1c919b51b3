/** Looks for the applications of this machine, and says which of them get a bridge, and why the others do not. */
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { type Access, assign, type Assignment } from "../bridges/assignment.ts";
import { parseItem } from "../bridges/item.ts";
import { loadBridge } from "../bridges/load.ts";
import { printable } from "../printable.ts";

export interface GatherOptions {
  applications: readonly BridgeDefinition[];
  /** Items that are started whether or not anything is found. */
  more: readonly string[];
  /** @default all of them */
  only?: readonly string[];
  except?: readonly string[];
  /** Whether simulators stand in, so that nothing has to be found. */
  simulate: boolean;
  access: Access;
  say: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Answers what can be started.
 * @throws {PatchbayError} `UNKNOWN_APP` for an application that there is not; `APP_NOT_FOUND` where nothing is left to start;
 *   `INVALID_CONFIGURATION` for an item of `more` that cannot be started
 */
export async function gatherBridges(options: GatherOptions): Promise<Assignment[]> {
  const { more, access } = options;
  const named = await Promise.all(more.map(async (text) => {
    const item = parseItem(text);
    return assign(await loadBridge(item), item, access);
  }));
  const found: Assignment[] = [];
  for (const application of chosen(options)) {
    if (named.some(({ definition }) => definition.app === application.app)) continue;
    const assignment = await look(application, options);
    if (assignment !== undefined) found.push(assignment);
  }
  const all = [...found, ...named];
  if (all.length > 0) return all;
  throw PatchbayError.of("APP_NOT_FOUND", "Cannot start a bridge: nothing is left that could be started", {
    remedy: "The lines above say why; `--simulate` starts simulators, `patchbay doctor` says more.",
  });
}

function chosen({ applications, only, except = [] }: GatherOptions): BridgeDefinition[] {
  const available = applications.map(({ app }) => app);
  for (const name of [...only ?? [], ...except]) {
    if (available.includes(name)) continue;
    throw PatchbayError.of("UNKNOWN_APP", `Cannot look for '${name}': there is ${available.join(", ")}`, {
      context: { available },
      remedy: "Name one of these with --only or --except.",
    });
  }
  return applications.filter(({ app }) => (only?.includes(app) ?? true) && !except.includes(app));
}

async function look(
  application: BridgeDefinition,
  { simulate, access, say, signal }: GatherOptions,
): Promise<Assignment | undefined> {
  // one for any application of a kind, such as OSC's, is none before it is named which
  const isKind = application.from !== undefined;
  const { found, what, remedy } = simulate && !isKind
    ? { found: true, what: `${application.title}, simulated` }
    // what nobody can look for is started only where it is named
    : await (simulate ? undefined : application.find?.({ signal })) ??
      { found: false, what: `${application.title} is started where it is named` };
  if (!found || isKind) {
    say(printable(`· ${what}${remedy === undefined ? "" : `. ${remedy}`}`));
    return undefined;
  }
  try {
    const assignment = assign(application, {}, access);
    say(printable(`✓ ${what}: ${assignment.address}`));
    return assignment;
  } catch (error) {
    if (!(error instanceof PatchbayError)) throw error;
    say(printable(`✗ ${what}. ${error.message}. ${error.remedy}`));
    return undefined;
  }
}
