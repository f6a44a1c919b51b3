/** Drives a lamp through a program that the bridge starts: App link over its standard input and output. */
import { appLinkAdapter, type Launch } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { fileURLToPath } from "node:url";
import { lampManifest } from "../common/manifest.ts";

/** What stands after the colon: `patchbay bridge ./lamp:/path/to/program`. */
export const lampArgument = "the program to start, which speaks the App link on its standard input and output";

export interface LampAdapterOptions {
  /** Whether the simulator stands in for the program. */
  simulated: boolean;
  argument?: string;
  /** A folder of this bridge alone. */
  workDir: string;
}

/** @throws {PatchbayError} `INVALID_CONFIGURATION` where there is nothing to start */
export function lampAdapter({ simulated, argument, workDir }: LampAdapterOptions) {
  if (!simulated && argument === undefined) {
    throw PatchbayError.of("INVALID_CONFIGURATION", "Cannot start the lamp: no program is named", {
      remedy: "Name it after a colon: `patchbay bridge ./lamp:/path/to/program`; or simulate it: `--simulate`.",
    });
  }
  return appLinkAdapter({
    manifest: lampManifest,
    transport: "stdio",
    launch: ({ host }) => simulated ? simulator(host.bridge, workDir) : { command: argument!, cwd: workDir },
  });
}

function simulator(bridge: string, workDir: string): Launch {
  const script = fileURLToPath(import.meta.resolve("./simulator.ts"));
  return { command: Deno.execPath(), args: ["run", "--no-prompt", "-A", script, "--bridge", bridge], cwd: workDir };
}
