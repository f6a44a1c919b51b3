/** A nats-server, a bridge to a script, and a caller, for one test. */
import type { BridgeMode } from "@patchbay/bridge-kit";
import { hasProgram } from "@patchbay/testing";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BridgeStudio, startBridgeStudio } from "../../kit/testing/bridge_studio.ts";
import { readScript, type ScriptEntry } from "../script_file.ts";
import { startScriptBridge } from "../start.ts";

export { code, until } from "../../kit/testing/bridge_caller.ts";

export const BRIDGE = "desk";

export interface ScriptStudioOptions {
  /** As after `script:`. */
  argument: string;
  mode?: BridgeMode;
  ready?: boolean;
  silenceMs?: number;
  change?: (script: ScriptEntry) => ScriptEntry;
}

export interface ScriptStudio extends BridgeStudio {
  /** Where rendezvous files lie. */
  readonly linksDir: string;
}

export async function startScriptStudio(
  { argument, mode = "background", ready = true, silenceMs, change = (script) => script }: ScriptStudioOptions,
): Promise<ScriptStudio> {
  const script = change(await readScript(argument));
  const linksIn = (folder: string) => join(folder, "links");
  const studio = await startBridgeStudio({
    ready,
    start: ({ bus, folder }) =>
      startScriptBridge({
        bus,
        bridge: BRIDGE,
        mode,
        script,
        allowCode: false,
        workDir: join(folder, "work"),
        linksDir: linksIn(folder),
        backoff: { minMs: 10, maxMs: 50 },
        ...(silenceMs === undefined ? {} : { silenceMs }),
      }),
  });
  return { ...studio, linksDir: linksIn(studio.folder) };
}

export const fileOf = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

export const hasPython = await hasProgram("python3");
