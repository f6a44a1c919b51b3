/** What the Blender bridge is tested against: the simulator as a process of its own, and the real Blender where there is one. */
import { findBlender } from "../find.ts";
import { type BlenderAdapterOptions, linkArguments } from "../adapter.ts";
import { fileURLToPath } from "node:url";

export interface Counterpart {
  title: string;
  /** How the bridge gets hold of it. */
  adapter: Pick<BlenderAdapterOptions, "mode" | "launch" | "blenderPath">;
}

const SIMULATOR = fileURLToPath(new URL("../simulator_main.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../../deno.json", import.meta.url));

const simulator: Counterpart = {
  title: "simulated Blender",
  adapter: {
    mode: "simulator",
    launch: ({ host, rendezvous }) => ({
      command: Deno.execPath(),
      args: [
        "run",
        "--no-prompt",
        "--no-check",
        "--allow-all",
        "--config",
        CONFIG,
        SIMULATOR,
        "--",
        ...linkArguments(host, rendezvous),
      ],
      env: denoFolders(),
      cwd: host.workDir,
    }),
  },
};

/** Where Deno finds what it has cached, in a process whose environment is filtered. */
function denoFolders(): Record<string, string> {
  const folder = Deno.env.get("DENO_DIR");
  return folder === undefined ? {} : { DENO_DIR: folder };
}

async function realBlender(): Promise<Counterpart | undefined> {
  try {
    const blenderPath = await findBlender();
    return { title: "background Blender", adapter: { mode: "background", blenderPath } };
  } catch {
    return undefined; // it is not on this machine: its tests are shown as ignored
  }
}

const real = await realBlender();

/** Each with whether it has to be left out here. */
export const COUNTERPARTS: readonly (Counterpart & { ignore: boolean })[] = [
  { ...simulator, ignore: false },
  { ...(real ?? { title: "background Blender", adapter: { mode: "background" } }), ignore: real === undefined },
];
