/** Starts a bridge to the program that a manifest file describes. */
import { type Bridge, type BridgeStart, startBridge } from "@patchbay/bridge-kit";
import { oscAdapter } from "./adapter.ts";
import { appManifest } from "./manifest/app_manifest.ts";
import type { LoadedManifest } from "./manifest_file/read.ts";

export interface OscBridgeOptions extends Omit<BridgeStart, "argument"> {
  loaded: LoadedManifest;
  /** Between two questions for a sign of life, in milliseconds. @default a third of the file's `silenceMs` */
  pingIntervalMs?: number;
}

/** Present on the bus at once; `ready()` resolves when the program answers. */
export function startOscBridge({ loaded, mode, pingIntervalMs, ...options }: OscBridgeOptions): Promise<Bridge> {
  const manifest = appManifest(loaded.file);
  const pings = pingIntervalMs === undefined ? {} : { pingIntervalMs };
  return startBridge({
    ...options,
    manifest,
    adapter: oscAdapter({ loaded, manifest, mode, ...pings }),
    simulated: mode === "simulator",
  });
}
