/** Starts a bridge to Blender, with the simulator where that is asked for. */
import type { Bus } from "@patchbay/bus";
import { type Bridge, startBridge } from "@patchbay/bridge-kit";
import type { BridgeId } from "@patchbay/contracts";
import { join, resolve } from "node:path";
import { blenderAdapter, type BlenderAdapterOptions } from "./adapter.ts";
import { blender } from "./manifest.ts";
import { startBlenderSimulator } from "./simulator.ts";

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
  signal?: AbortSignal;
}

/** Present on the bus at once; `ready()` resolves when Blender takes commands. Disposing it ends a Blender that it started. */
export async function startBlenderBridge(options: BlenderBridgeOptions): Promise<Bridge> {
  const { bus, bridge, allowCode, signal, drainTimeoutMs, ...adapter } = options;
  // Blender works in this folder: what is relative here would be something else there
  const workDir = resolve(options.workDir);
  const simulated = options.mode === "simulator";
  // only the artist's Blender looks into the folder that all bridges share: it shall not dial a bridge that has its own
  const linksDir = options.linksDir ?? (options.mode === "interface" ? undefined : join(workDir, "links"));
  const links = linksDir === undefined ? {} : { linksDir };
  const started = await startBridge({
    bus,
    manifest: blender,
    adapter: blenderAdapter({ ...adapter, ...links }),
    bridge,
    simulated,
    allowCode,
    workDir,
    ...(drainTimeoutMs === undefined ? {} : { drainTimeoutMs }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!simulated || options.launch !== undefined) return started;
  const simulator = startBlenderSimulator({ bridge, ...links });
  return withSimulator(started, simulator);
}

/** The same bridge; its end is also the simulator's. */
function withSimulator(bridge: Bridge, simulator: AsyncDisposable): Bridge {
  const end = () => simulator[Symbol.asyncDispose]();
  return {
    get status() {
      return bridge.status;
    },
    get reason() {
      return bridge.reason;
    },
    get presence() {
      return bridge.presence;
    },
    get failure() {
      return bridge.failure;
    },
    ready: (signal) => bridge.ready(signal),
    drain: () => bridge.drain().finally(end),
    ended: bridge.ended.finally(end),
    async [Symbol.asyncDispose]() {
      await using _simulator = simulator;
      await bridge[Symbol.asyncDispose]();
    },
  };
}
