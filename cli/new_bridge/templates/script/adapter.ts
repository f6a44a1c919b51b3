/** Drives a lamp through a script in Python that the bridge starts: App link over its standard input and output. */
import { type Adapter, type AdapterHost, appLinkAdapter } from "@patchbay/bridge-kit";
import { fileURLToPath } from "node:url";
import { lampManifest } from "../common/manifest.ts";

/** What stands after the colon: `patchbay bridge ./lamp:/opt/python3.12/bin/python3`. */
export const lampArgument = "the Python that runs the script (default: python3)";

export interface LampAdapterOptions {
  /** Whether the script only pretends that there is a lamp. */
  simulated: boolean;
  argument?: string;
  /** A folder of this bridge alone. */
  workDir: string;
}

export function lampAdapter(
  { simulated, argument, workDir }: LampAdapterOptions,
): (host: AdapterHost) => Adapter {
  const script = fileURLToPath(import.meta.resolve("./script.py"));
  return appLinkAdapter({
    manifest: lampManifest,
    transport: "stdio",
    launch: ({ host }) => ({
      command: argument ?? (Deno.build.os === "windows" ? "python" : "python3"),
      args: ["-u", script, ...(simulated ? ["--simulate"] : [])],
      cwd: workDir,
      env: { PATCHBAY_APP: host.app, PATCHBAY_LINK: "stdio" },
    }),
  });
}
