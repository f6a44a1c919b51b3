/** Drives a lamp over a WebSocket on this machine: one JSON-RPC message a text frame, and either side may dial. */
import { appLinkAdapter, type Launch } from "@patchbay/bridge-kit";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lampManifest } from "../common/manifest.ts";

/** What stands after the colon: `patchbay bridge ./lamp:ws://127.0.0.1:9000/`. */
export const lampArgument = "the WebSocket server inside the lamp's program; else the program dials the bridge";

export interface LampAdapterOptions {
  /** Whether the simulator stands in for the program. */
  simulated: boolean;
  argument?: string;
  /** A folder of this bridge alone. */
  workDir: string;
}

/**
 * Where the program dials, its inside reads `<app>-<bridge>.json` in the folder `$PATCHBAY_LINKS` (else `~/.patchbay/links`),
 * and dials the address that it finds there.
 */
export function lampAdapter({ simulated, argument, workDir }: LampAdapterOptions) {
  if (simulated) {
    return appLinkAdapter({
      manifest: lampManifest,
      transport: "websocket",
      linksDir: join(workDir, "links"),
      launch: ({ host }) => simulator(host.bridge, workDir),
    });
  }
  if (argument === undefined) return appLinkAdapter({ manifest: lampManifest, transport: "websocket" });
  const token = Deno.env.get("APPLICATION_TOKEN");
  return appLinkAdapter({
    manifest: lampManifest,
    connect: { url: argument, ...(token === undefined ? {} : { token }) },
  });
}

function simulator(bridge: string, workDir: string): Launch {
  const script = fileURLToPath(import.meta.resolve("./simulator.ts"));
  return { command: Deno.execPath(), args: ["run", "--no-prompt", "-A", script, "--bridge", bridge], cwd: workDir };
}
