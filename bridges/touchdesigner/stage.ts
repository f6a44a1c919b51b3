/** TouchDesigner on a stage: the bridge's own adapter, linked to a simulator that holds the network as it is now. */
import {
  type Adapter,
  BEYOND_SIMULATOR,
  someNames,
  type StagedApplication,
  type StageOptions,
} from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { join } from "node:path";
import { touchdesignerAdapter } from "./adapter.ts";
import { touchdesigner } from "./manifest.ts";
import { NetworkState } from "./manifest/state.ts";

export async function stageTouchDesigner({ workDir, state }: StageOptions): Promise<StagedApplication> {
  const { network, notes } = loaded(state);
  const file = join(workDir, "state.json");
  if (network !== undefined) await Deno.writeTextFile(file, JSON.stringify(network));
  const make = touchdesignerAdapter({
    mode: "simulator",
    // no folder that an artist's TouchDesigner looks into
    linksDir: join(workDir, "links"),
    ...(network === undefined ? {} : { state: file }),
  });
  return {
    manifest: touchdesigner,
    adapter: (host) => knowingItsLimits(make(host)),
    notes,
    // the adapter has started the simulator, and ends it
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** The simulator knows a part of TouchDesigner's operators: what it misses may well be there in the real one. */
function knowingItsLimits(inner: Adapter): Adapter {
  return {
    open: (host) => inner.open(host),
    async execute(call) {
      try {
        return await inner.execute(call);
      } catch (error) {
        const { code, context, message } = error instanceof PatchbayError ? error : noError;
        if (code !== "NOT_FOUND" || !UNKNOWN.includes(context["what"])) throw error;
        throw PatchbayError.of(code, `${message}: the simulator does not know all of TouchDesigner's`, {
          context: { ...context, ...BEYOND_SIMULATOR },
          cause: error,
        });
      }
    },
    snapshot: (signal) => inner.snapshot(signal),
    close: () => inner.close(),
  };
}

/** What the component says that it has not found. */
const UNKNOWN: readonly unknown[] = ["operator type", "parameter"];
const noError = { code: undefined, context: {}, message: "" } as const;

function loaded(state: unknown): { network?: NetworkState; notes: string[] } {
  if (state === undefined) return { notes: [] };
  const parsed = NetworkState.safeParse(state);
  if (parsed.success) return { network: parsed.data, notes: notesOn(parsed.data) };
  return { notes: ["The network cannot be read: the stage is a new project. The bridge may have another version."] };
}

function notesOn({ nodes, more, watched }: NetworkState): string[] {
  const paths = new Set(nodes.map(({ path }) => path));
  const named = (family: string) => nodes.filter((node) => node.family === family).map(({ path }) => path);
  const about: [string[], string][] = [
    [nodes.map(({ path }) => path), "Parameters, flags and places are not known: they are as in a new operator of"],
    [named("DAT"), "What they hold is not known: they are empty"],
    [
      watched.map(({ node }) => node).filter((node) => !paths.has(node)),
      "Watched CHOPs that are not on the stage",
    ],
  ];
  const notes = about.filter(([names]) => names.length > 0).map(([names, what]) => `${what}: ${someNames(names)}.`);
  return more === 0 ? notes : [...notes, `${more} more operators are not reported, and not on the stage.`];
}
