/** Drives one Cascadeur through the server inside it, and carries files in and out as assets. */
import {
  type Adapter,
  type AdapterHost,
  type BridgeMode,
  transportAdapter,
  type TransportAdapterOptions,
  withAssets,
  withFiles,
} from "@patchbay/bridge-kit";
import { JsonObject } from "@patchbay/contracts";
import { join } from "node:path";
import { announcementPath } from "./announcement.ts";
import { CascadeurClient } from "./client.ts";
import { cascadeurLink } from "./link.ts";
import { cascadeur } from "./manifest.ts";
import type { Nudge } from "./nudge.ts";
import { whenWritten } from "./pending_files.ts";
import { simulatorLaunch, type SimulatorOptions } from "./simulator.ts";

export interface CascadeurAdapterOptions
  extends Pick<TransportAdapterOptions, "silenceMs" | "pingIntervalMs" | "startTimeoutMs"> {
  /** `interface`: a person starts Cascadeur, which needs its window; `simulator`: the bridge brings a simulated one along. */
  mode: BridgeMode;
  /** Where the server says where it is. @default {@linkcode announcementPath}; a simulator's lies in the bridge's folder */
  announcement?: string;
  /** How long a picture of the viewport may take, in milliseconds. @default 8_000 */
  drawnMs?: number;
  simulator?: Omit<SimulatorOptions, "folder">;
  /** Calls the main thread of a Cascadeur that has no timer. @default starts Cascadeur's program with a script for the one that runs */
  nudge?: Nudge;
}

/** Files on their way; what is left there belongs to a command that was never finished. */
const PASSING = ["incoming", "outgoing"];

/** @throws {PatchbayError} from `open`: `APP_NOT_CONNECTED`, `LINK_REFUSED`, `UNSUPPORTED_VERSION`; `APP_NOT_FOUND` without a Python */
export function cascadeurAdapter(options: CascadeurAdapterOptions) {
  const { mode, announcement, drawnMs, simulator, nudge, ...timing } = options;
  return (host: AdapterHost): Adapter => {
    const simulated = mode === "simulator";
    const folder = join(host.workDir, "simulated");
    const path = announcement ?? (simulated ? join(folder, "server.json") : announcementPath());
    const link = cascadeurLink(path, nudge);
    return transportAdapter({
      ...timing,
      manifest: cascadeur,
      async open(opened, events) {
        await Promise.all(PASSING.map((name) => removeFolder(join(host.workDir, name))));
        return await link(opened, events);
      },
      ...(simulated ? { launch: () => simulatorLaunch({ folder, allowCode: host.allowCode, ...simulator }) } : {}),
      async execute({ command, args, id, signal, deadline }, transport) {
        const client = new CascadeurClient(transport, { workDir: host.workDir });
        if (command === "execute_python") return await client.executePython(String(args["code"]), { signal, deadline });
        await using files = await withFiles(args, host);
        const made = await client.execute(command, JsonObject.parse(files.args), { id, signal, deadline });
        return await withAssets(await whenWritten(made, signal, drawnMs), host);
      },
    })(host);
  };
}

async function removeFolder(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
