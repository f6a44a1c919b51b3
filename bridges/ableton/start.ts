/** Starts a bridge to Live, with the simulator where that is asked for. */
import type { Bus } from "@patchbay/bus";
import { type Bridge, type BridgeStart, startBridge } from "@patchbay/bridge-kit";
import type { BridgeId } from "@patchbay/contracts";
import { resolve } from "node:path";
import { abletonAdapter, type AbletonAdapterOptions } from "./adapter.ts";
import { ableton } from "./manifest.ts";

export interface AbletonBridgeOptions extends AbletonAdapterOptions {
  bus: Bus;
  /** `ws-07` */
  bridge: BridgeId;
  /** A folder of this bridge alone. */
  workDir: string;
  /** How long its end waits for what Live is at, in milliseconds. @default the kit's */
  drainTimeoutMs?: number;
  onChange?: BridgeStart["onChange"];
  signal?: AbortSignal;
}

/** Present on the bus at once; `ready()` resolves when Live takes commands. No command of Live's runs code. */
export async function startAbletonBridge(options: AbletonBridgeOptions): Promise<Bridge> {
  const { bus, bridge, workDir, signal, drainTimeoutMs, onChange, ...adapter } = options;
  return await startBridge({
    bus,
    manifest: ableton,
    adapter: abletonAdapter(adapter),
    bridge,
    simulated: options.mode === "simulator",
    allowCode: false,
    workDir: resolve(workDir),
    ...(drainTimeoutMs === undefined ? {} : { drainTimeoutMs }),
    ...(onChange === undefined ? {} : { onChange }),
    ...(signal === undefined ? {} : { signal }),
  });
}
