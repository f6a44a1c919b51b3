/** A program that a manifest file describes, on a stage: the bridge's own adapter, on its simulator, which begins where the program is now. */
import { type StagedApplication, type StageOptions } from "@patchbay/bridge-kit";
import { JsonObject } from "@patchbay/contracts";
import { oscAdapter } from "./adapter.ts";
import { appManifest } from "./manifest/app_manifest.ts";
import type { LoadedManifest } from "./manifest_file/read.ts";

export function stageOsc(loaded: LoadedManifest, { state }: StageOptions): Promise<StagedApplication> {
  const manifest = appManifest(loaded.file);
  const { known, notes } = knownOf(manifest.state.safeParse(state), state);
  // what hands would do on a surface while nobody looks is no part of a plan
  const file = { ...loaded.file, simulate: { plays: [] } };
  return Promise.resolve({
    manifest,
    adapter: oscAdapter({
      loaded: { ...loaded, file },
      manifest,
      mode: "simulator",
      ...(known === undefined ? {} : { state: known }),
    }),
    notes: [...notes, `What ${file.title} holds besides is not known: it is as its manifest file has it for examples.`],
    // the adapter has started the simulator, and ends it
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

function knownOf(
  parsed: { success: boolean; data?: unknown },
  state: unknown,
): { known?: JsonObject; notes: string[] } {
  if (state === undefined) return { notes: [] };
  const known = parsed.success ? JsonObject.safeParse(parsed.data) : undefined;
  if (known?.success === true) return { known: known.data, notes: [] };
  return { notes: ["The state cannot be read: the program is as just started. The bridge may have another version."] };
}
