/** Starts a bridge to TouchDesigner, with the simulator where that is asked for. */
import type { Bus } from "@patchbay/bus";
import { type Bridge, type BridgeStart, startBridge } from "@patchbay/bridge-kit";
import type { BridgeId } from "@patchbay/contracts";
import { join, resolve } from "node:path";
import { touchdesignerAdapter, type TouchDesignerAdapterOptions } from "./adapter.ts";
import { touchdesigner } from "./manifest.ts";

export interface TouchDesignerBridgeOptions extends TouchDesignerAdapterOptions {
  bus: Bus;
  /** `ws-07` */
  bridge: BridgeId;
  /** Whether `execute_python` and `set_text` run. */
  allowCode: boolean;
  /** A folder of this bridge alone. */
  workDir: string;
  /** How long its end waits for what TouchDesigner is at, in milliseconds. @default the kit's */
  drainTimeoutMs?: number;
  onChange?: BridgeStart["onChange"];
  signal?: AbortSignal;
}

/** Present on the bus at once; `ready()` resolves when TouchDesigner takes commands. */
export async function startTouchDesignerBridge(options: TouchDesignerBridgeOptions): Promise<Bridge> {
  const { bus, bridge, allowCode, signal, drainTimeoutMs, onChange, ...adapter } = options;
  const workDir = resolve(options.workDir);
  // only the artist's TouchDesigner looks into the folder that all bridges share
  const linksDir = options.linksDir ?? (options.mode === "simulator" ? join(workDir, "links") : undefined);
  return await startBridge({
    bus,
    manifest: touchdesigner,
    adapter: touchdesignerAdapter({ ...adapter, ...(linksDir === undefined ? {} : { linksDir }) }),
    bridge,
    simulated: options.mode === "simulator",
    allowCode,
    workDir,
    ...(drainTimeoutMs === undefined ? {} : { drainTimeoutMs }),
    ...(onChange === undefined ? {} : { onChange }),
    ...(signal === undefined ? {} : { signal }),
  });
}
