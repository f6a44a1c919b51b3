/** The lamp's bridge as `patchbay` sees it: it starts with `patchbay bridge ./lamp`. */
import { type BridgeDefinition, startBridge } from "@patchbay/bridge-kit";
import { resolve } from "node:path";
import { lampAdapter, lampArgument } from "../stdio/adapter.ts";
import { lampManifest } from "./manifest.ts";

export const bridge: BridgeDefinition = {
  app: lampManifest.app,
  title: lampManifest.title,
  argument: lampArgument,
  start({ mode, argument, ...options }) {
    // what the bridge starts works in this folder: what is relative here would be something else there
    const workDir = resolve(options.workDir);
    const simulated = mode === "simulator";
    const adapter = lampAdapter({ simulated, workDir, ...(argument === undefined ? {} : { argument }) });
    return startBridge({ ...options, manifest: lampManifest, adapter, simulated, workDir });
  },
};
