/** Blender on a stage: the bridge's own adapter, linked to a simulator that holds the scene as it is now. */
import type { StagedApplication, StageOptions } from "@patchbay/bridge-kit";
import { join } from "node:path";
import { blenderAdapter } from "./adapter.ts";
import { blender } from "./manifest.ts";
import { SceneState } from "./manifest/state.ts";
import { startBlenderSimulator } from "./simulator.ts";
import { documentOf, type LoadedState } from "./simulator/load_state.ts";

export function stageBlender({ bridge, workDir, state, signal }: StageOptions): Promise<StagedApplication> {
  const { document, notes } = loaded(state);
  // no folder that an artist's Blender looks into
  const linksDir = join(workDir, "links");
  const simulator = startBlenderSimulator({
    bridge,
    linksDir,
    signal,
    staged: true,
    ...(document === undefined ? {} : { document }),
  });
  return Promise.resolve({
    manifest: blender,
    // a socket's file lies in no folder of ours: it would stay behind where the thread is taken away
    adapter: blenderAdapter({ mode: "interface", linksDir, transport: "tcp" }),
    notes,
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  });
}

function loaded(state: unknown): Partial<LoadedState> & Pick<LoadedState, "notes"> {
  if (state === undefined) return { notes: [] };
  const parsed = SceneState.safeParse(state);
  if (parsed.success) return documentOf(parsed.data);
  return { notes: ["The scene cannot be read: the stage is empty. The bridge may have another version."] };
}
