/** Starts a bridge to Cascadeur, with the simulator where that is asked for. */
import { type Bridge, type BridgeStart, startBridge } from "@patchbay/bridge-kit";
import { resolve } from "node:path";
import { cascadeurAdapter, type CascadeurAdapterOptions } from "./adapter.ts";
import { cascadeur } from "./manifest.ts";

export interface CascadeurBridgeOptions extends CascadeurAdapterOptions, Omit<BridgeStart, "mode" | "argument"> {}

/** Present on the bus at once; `ready()` resolves when Cascadeur takes commands. */
export async function startCascadeurBridge(options: CascadeurBridgeOptions): Promise<Bridge> {
  const { bus, bridge, allowCode, drainTimeoutMs, onChange, signal, ...adapter } = options;
  return await startBridge({
    bus,
    bridge,
    allowCode,
    manifest: cascadeur,
    adapter: cascadeurAdapter(adapter),
    simulated: options.mode === "simulator",
    // Cascadeur has a working folder of its own: what is relative here would be something else there
    workDir: resolve(options.workDir),
    ...(drainTimeoutMs === undefined ? {} : { drainTimeoutMs }),
    ...(onChange === undefined ? {} : { onChange }),
    ...(signal === undefined ? {} : { signal }),
  });
}
