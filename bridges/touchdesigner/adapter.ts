/** Drives one TouchDesigner over the App link: its component dials the bridge, and files go in and out as assets. */
import {
  type Adapter,
  type AdapterHost,
  appLinkAdapter,
  type AppLinkAdapterOptions,
  type BridgeMode,
  withAssets,
  withFiles,
} from "@patchbay/bridge-kit";
import { JsonObject } from "@patchbay/contracts";
import { join } from "node:path";
import { touchdesigner } from "./manifest.ts";
import { simulatorLaunch } from "./simulator.ts";

/** `simulator` brings a simulated TouchDesigner along. TouchDesigner needs a window: in any other mode the artist's own is waited for. */
export type TouchDesignerMode = BridgeMode;

export interface TouchDesignerAdapterOptions
  extends Pick<AppLinkAdapterOptions, "linksDir" | "silenceMs" | "startTimeoutMs" | "heartbeatMs" | "port"> {
  mode: TouchDesignerMode;
  /** Of the simulator, a second. @default 60 */
  framesPerSecond?: number;
  /** A file with a state that the simulator looks like, as JSON. @default a new project */
  state?: string;
}

/** Files on their way; what is left there belongs to a command that was never finished. */
const PASSING = ["incoming", "outgoing"];

/** @throws {PatchbayError} from `open`: `APP_NOT_FOUND`, `APP_START_FAILED`, `PORT_IN_USE` */
export function touchdesignerAdapter({ mode, framesPerSecond, state, ...link }: TouchDesignerAdapterOptions) {
  const make = appLinkAdapter({
    manifest: touchdesigner,
    transport: "websocket",
    ...link,
    ...(mode === "simulator" ? { launch: simulatorLaunch({ framesPerSecond, state }) } : {}),
  });
  return (host: AdapterHost): Adapter => {
    const inner = make(host);
    return {
      ...(inner.owned === undefined ? {} : { owned: inner.owned }),
      async open(opened) {
        await Promise.all(PASSING.map((folder) => removeFolder(join(host.workDir, folder))));
        return await inner.open(opened);
      },
      async execute(call) {
        await using files = await withFiles(call.args, host);
        return await withAssets(await inner.execute({ ...call, args: JsonObject.parse(files.args) }), host);
      },
      snapshot: (signal) => inner.snapshot(signal),
      get group() {
        return inner.group;
      },
      get stepBack() {
        return inner.stepBack;
      },
      close: () => inner.close(),
    };
  };
}

async function removeFolder(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
