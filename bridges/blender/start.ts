/** Starts a bridge to Blender, with the simulator where that is asked for. */
import type { Bus } from "@patchbay/bus";
import { type Bridge, type BridgeStart, startBridge } from "@patchbay/bridge-kit";
import type { BridgeId } from "@patchbay/contracts";
import { join, resolve } from "node:path";
import { blenderAdapter, type BlenderAdapterOptions } from "./adapter.ts";
import { blender, ownBlender } from "./manifest.ts";

export interface BlenderBridgeOptions extends BlenderAdapterOptions {
  bus: Bus;
  /** `ws-07` */
  bridge: BridgeId;
  /** Whether `execute_python` runs. */
  allowCode: boolean;
  /** A folder of this bridge alone. */
  workDir: string;
  /** How long its end waits for what Blender is at, in milliseconds. @default the kit's */
  drainTimeoutMs?: number;
  onChange?: BridgeStart["onChange"];
  signal?: AbortSignal;
}

/** Present on the bus at once; `ready()` resolves when Blender takes commands. Disposing it ends a Blender that it started. */
export async function startBlenderBridge(options: BlenderBridgeOptions): Promise<Bridge> {
  const { bus, bridge, allowCode, signal, drainTimeoutMs, onChange, ...adapter } = options;
  // Blender works in this folder: what is relative here would be something else there
  const workDir = resolve(options.workDir);
  // only the artist's Blender looks into the folder that all bridges share: it shall not dial a bridge that has its own
  const linksDir = options.linksDir ?? (options.mode === "interface" ? undefined : join(workDir, "links"));
  const links = linksDir === undefined ? {} : { linksDir };
  return await startBridge({
    bus,
    manifest: options.mode === "background" ? ownBlender : blender,
    adapter: blenderAdapter({ ...adapter, ...links }),
    bridge,
    simulated: options.mode === "simulator",
    allowCode,
    workDir,
    ...(drainTimeoutMs === undefined ? {} : { drainTimeoutMs }),
    ...(onChange === undefined ? {} : { onChange }),
    ...(signal === undefined ? {} : { signal }),
  });
}
