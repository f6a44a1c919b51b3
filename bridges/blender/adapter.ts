/** Drives one Blender over the App link: starts it or waits for it, and carries files in and out as assets. */
import {
  type Adapter,
  type AdapterHost,
  appLinkAdapter,
  type AppLinkAdapterOptions,
  type BridgeMode,
  withAssets,
  withFiles,
} from "@patchbay/bridge-kit";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { JsonObject } from "@patchbay/contracts";
import { blender } from "./manifest.ts";
import { findBlender } from "./find.ts";
import { type BlenderSimulator, startBlenderSimulator } from "./simulator.ts";

/** Who starts Blender: the bridge, without a window; or a person. `simulator` brings a simulated one along, in this process. */
export type BlenderMode = BridgeMode;

export interface BlenderAdapterOptions
  extends Pick<AppLinkAdapterOptions, "linksDir" | "silenceMs" | "startTimeoutMs" | "transport"> {
  mode: BlenderMode;
  /** @default found on this machine */
  blenderPath?: string;
  /** Takes the place of the background Blender: `simulator_main.ts`, in tests. */
  launch?: NonNullable<AppLinkAdapterOptions["launch"]>;
}

/** The script that a background Blender runs; it dials this bridge. */
const BACKGROUND = new URL("./app/background.py", import.meta.url);
/** Files on their way; what is left there belongs to a command that was never finished. */
const PASSING = ["incoming", "outgoing"];

/** @throws {PatchbayError} from `open`: `APP_NOT_FOUND`, `APP_START_FAILED` */
export function blenderAdapter({ mode, blenderPath, launch, ...link }: BlenderAdapterOptions) {
  const simulated = mode === "simulator" && launch === undefined;
  const start = launch ?? (mode === "background" ? backgroundBlender(blenderPath) : undefined);
  const make = appLinkAdapter({ manifest: blender, ...link, ...(start === undefined ? {} : { launch: start }) });
  return (host: AdapterHost): Adapter => {
    const inner = make(host);
    let simulator: BlenderSimulator | undefined;
    return {
      owned: inner.owned ?? false,
      async open(opened) {
        await Promise.all(PASSING.map((folder) => removeFolder(join(host.workDir, folder))));
        if (simulated) simulator = startBlenderSimulator({ bridge: host.bridge, ...linksOf(link) });
        return await inner.open(opened);
      },
      async execute(call) {
        await using files = await withFiles(call.args, host);
        return await withAssets(await inner.execute({ ...call, args: JsonObject.parse(files.args) }), host);
      },
      snapshot: (signal) => inner.snapshot(signal),
      get group() {
        return inner.group;
      },
      get stepBack() {
        return inner.stepBack;
      },
      async close() {
        await using _simulator = simulator;
        await inner.close();
      },
    };
  };
}

const linksOf = ({ linksDir }: Pick<BlenderAdapterOptions, "linksDir">) => linksDir === undefined ? {} : { linksDir };

/** A Blender without a window that takes nothing from the artist's own settings. */
function backgroundBlender(path: string | undefined): NonNullable<AppLinkAdapterOptions["launch"]> {
  return async ({ host, rendezvous }) => {
    const command = await findBlender(path === undefined ? {} : { path });
    return {
      command,
      args: [
        "--background",
        "--factory-startup",
        "--python",
        fileURLToPath(BACKGROUND),
        "--",
        ...linkArguments(host, rendezvous),
      ],
      cwd: host.workDir,
      env: systemPath(command),
    };
  };
}

/** A distribution's Blender takes Python's libraries from wherever the first `python3` on the PATH has its own. */
function systemPath(command: string): Record<string, string> {
  return Deno.build.os === "linux" ? { PATH: [dirname(command), "/usr/bin", "/bin"].join(delimiter) } : {};
}

/** What `app/background.py` and `simulator_main.ts` take. */
export function linkArguments({ bridge }: Pick<AdapterHost, "bridge">, rendezvous: string | undefined): string[] {
  return [...(rendezvous === undefined ? [] : ["--links", dirname(rendezvous)]), "--bridge", bridge];
}

async function removeFolder(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
