/** Starts a bridge to a script: the bridge starts the script, or one of them dials the other. */
import type { Bus } from "@patchbay/bus";
import {
  type AdapterHost,
  type AppLinkOptions,
  appLinkTransport,
  type Bridge,
  type BridgeMode,
  type BridgeOptions,
  startSelfDescribedBridge,
  type Transport,
} from "@patchbay/bridge-kit";
import { type BridgeId, PatchbayError } from "@patchbay/contracts";
import { resolve } from "node:path";
import { scriptAdapter } from "./adapter.ts";
import type { ScriptEntry } from "./script_file.ts";
import { scriptManifest } from "./script_manifest.ts";

export interface ScriptBridgeOptions extends
  Pick<
    BridgeOptions,
    "allowCode" | "workDir" | "drainTimeoutMs" | "onChange" | "backoff" | "signal" | "restartLimit"
  > {
  bus: Bus;
  bridge: BridgeId;
  mode: BridgeMode;
  script: ScriptEntry;
  /** Where rendezvous files lie. @default the kit's */
  linksDir?: string;
  /** The script's main thread may be silent for so long, in milliseconds. @default the kit's */
  silenceMs?: number;
}

/** How long a script may take to say what it offers, in milliseconds. */
const DESCRIBE_MS = 30_000;

/** @throws {PatchbayError} `BRIDGE_FENCED`, … */
export async function startScriptBridge(options: ScriptBridgeOptions): Promise<Bridge> {
  const { script, mode, linksDir, silenceMs, ...rest } = options;
  const { app, title } = script;
  const workDir = resolve(options.workDir);
  const simulated = mode === "simulator";
  return await startSelfDescribedBridge({
    ...rest,
    workDir,
    app,
    title,
    simulated,
    open: appLinkTransport({ title, ...linkOf(script, simulated), ...(linksDir === undefined ? {} : { linksDir }) }),
    describe: async (transport, signal) =>
      scriptManifest(await said(transport, title, script.startTimeoutMs ?? DESCRIBE_MS, signal), { app, title }),
    adapter: (described) =>
      scriptAdapter({
        ...described,
        simulated,
        owned: script.program !== undefined,
        ...(silenceMs === undefined ? {} : { silenceMs }),
      }),
  });
}

function linkOf(
  { program, listen, connect, startTimeoutMs }: ScriptEntry,
  simulated: boolean,
): Partial<AppLinkOptions> {
  const patience = startTimeoutMs === undefined ? {} : { startTimeoutMs };
  if (connect !== undefined) return { connect, ...patience };
  if (program === undefined) return { ...listen, ...patience };
  return {
    ...patience,
    transport: "stdio",
    launch: ({ host }) => ({ ...program, cwd: host.workDir, env: { ...program.env, ...linkEnv(host, simulated) } }),
  };
}

/** What the helper asks its environment for. */
const linkEnv = ({ app, bridge }: AdapterHost, simulated: boolean): Record<string, string> => ({
  PATCHBAY_APP: app,
  PATCHBAY_BRIDGE: bridge,
  PATCHBAY_LINK: "stdio",
  ...(simulated ? { PATCHBAY_SIMULATE: "1" } : {}),
});

/** @throws {PatchbayError} `LINK_REFUSED` for a script that says nothing of itself, `APP_START_FAILED` for one that hangs */
async function said(transport: Transport, title: string, timeoutMs: number, signal: AbortSignal): Promise<unknown> {
  if (transport.peer.capabilities?.["manifest"] !== true) {
    throw PatchbayError.of("LINK_REFUSED", `${title} does not say what it offers`, {
      remedy: "Let it import patchbay_script, or answer the request `manifest`.",
    });
  }
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(PatchbayError.of("APP_START_FAILED", `${title} does not say what it offers within ${timeoutMs} ms`)),
    timeoutMs,
  );
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([transport.request("manifest", {}, { signal }), late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
