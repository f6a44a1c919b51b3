/** Cascadeur on a stage: the bridge's own adapter, on a simulated one that holds the scene as it is now. */
import {
  type Adapter,
  BEYOND_SIMULATOR,
  someNames,
  type StagedApplication,
  type StageOptions,
} from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { join } from "node:path";
import { cascadeurAdapter } from "./adapter.ts";
import { cascadeur } from "./manifest.ts";
import { CascadeurState } from "./manifest/state.ts";

export async function stageCascadeur({ workDir, state }: StageOptions): Promise<StagedApplication> {
  const { scene, notes } = loaded(state);
  const file = join(workDir, "state.json");
  if (scene !== undefined) await Deno.writeTextFile(file, JSON.stringify(scene));
  // it lies in the stage's folder, with the place where it says how it is reached
  const make = cascadeurAdapter({
    mode: "simulator",
    simulator: scene === undefined ? { empty: true } : { state: file },
  });
  return {
    manifest: cascadeur,
    adapter: (host) => knowingItsLimits(make(host)),
    notes,
    // the adapter has started the simulator, and ends it
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** What the simulator lacks may well be there in Cascadeur: rig templates, scenes that were saved, other programs' files. */
function knowingItsLimits(inner: Adapter): Adapter {
  return {
    open: (host) => inner.open(host),
    async execute(call) {
      try {
        return await inner.execute(call);
      } catch (error) {
        if (!(error instanceof PatchbayError) || !LIMITS.test(error.message)) throw error;
        throw PatchbayError.of(error.code, `${error.message}: the simulator does not have all that Cascadeur has`, {
          context: { ...error.context, ...BEYOND_SIMULATOR },
          cause: error,
        });
      }
    },
    snapshot: (signal) => inner.snapshot(signal),
    close: () => inner.close(),
  };
}

const LIMITS =
  /^Cannot find the (rig template|saved scene) |^Cascadeur (brought in nothing|did not open) | was never saved: /;

function loaded(state: unknown): { scene?: CascadeurState; notes: string[] } {
  if (state === undefined) return { notes: [] };
  const parsed = CascadeurState.safeParse(state);
  if (parsed.success) return { scene: { ...parsed.data, rig_mode: false }, notes: notesOn(parsed.data) };
  return { notes: ["The scene cannot be read: the stage is an empty one. The bridge may have another version."] };
}

function notesOn({ scenes, objects, objects_total, tracks, tracks_total, rig_mode }: CascadeurState): string[] {
  const all = Object.keys(objects);
  const cut = Object.entries(tracks).filter(([, { keys, keys_total }]) => keys_total > keys.length)
    .map(([name]) => name);
  const others = scenes.filter(({ active }) => !active).map(({ name }) => name);
  const about: [string[], string][] = [
    [all, "Where they are and who is whose parent is not known: they stand at the origin"],
    [Object.keys(tracks), "Interpolation and contacts are not known: they are as new"],
    [cut, "Only their first keys are known"],
    [others, "Only the active scene is on the stage; these are empty"],
  ];
  const notes = about.filter(([names]) => names.length > 0).map(([names, what]) => `${what}: ${someNames(names)}.`);
  const left: [number, string][] = [
    [objects_total - all.length, "objects"],
    [tracks_total - Object.keys(tracks).length, "tracks"],
  ];
  for (const [more, what] of left) {
    if (more > 0) notes.push(`${more} more ${what} are not reported, and not on the stage.`);
  }
  return rig_mode ? [...notes, "Rig mode is on in Cascadeur, and off on the stage."] : notes;
}
