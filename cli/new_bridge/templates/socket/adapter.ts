/** Drives a lamp whose inside dials the bridge: App link over a private socket, a named pipe on Windows. */
import { appLinkAdapter, type Launch } from "@patchbay/bridge-kit";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lampManifest } from "../common/manifest.ts";

/** What stands after the colon: `patchbay bridge ./lamp:/path/to/program`. */
export const lampArgument = "the program to start, which dials the bridge; else it is waited for";

export interface LampAdapterOptions {
  /** Whether the simulator stands in for the program. */
  simulated: boolean;
  argument?: string;
  /** A folder of this bridge alone. */
  workDir: string;
}

/**
 * Where the program is, its inside reads `<app>-<bridge>.json` in the folder `$PATCHBAY_LINKS` (`~/.patchbay/links` for
 * one that somebody else starts), and dials the address that it finds there.
 */
export function lampAdapter({ simulated, argument, workDir }: LampAdapterOptions) {
  if (!simulated && argument === undefined) return appLinkAdapter({ manifest: lampManifest });
  return appLinkAdapter({
    manifest: lampManifest,
    linksDir: join(workDir, "links"),
    launch: ({ host }) => simulated ? simulator(host.bridge, workDir) : { command: argument!, cwd: workDir },
  });
}

function simulator(bridge: string, workDir: string): Launch {
  const script = fileURLToPath(import.meta.resolve("./simulator.ts"));
  return { command: Deno.execPath(), args: ["run", "--no-prompt", "-A", script, "--bridge", bridge], cwd: workDir };
}
