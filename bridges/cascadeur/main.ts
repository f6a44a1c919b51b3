/** The Cascadeur bridge as a process: `deno run -A main.ts --server nats://… --bridge ws-07 --mode interface`. */
import { runBridge } from "@patchbay/bridge-kit/run";
import { bridge } from "./bridge.ts";

await runBridge(bridge);
