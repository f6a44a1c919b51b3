/** A bridge to a script as a process: `deno run -A main.ts lights.py --server nats://… --bridge ws-07`. */
import { runBridge } from "@patchbay/bridge-kit/run";
import { bridge } from "./bridge.ts";

await runBridge(bridge);
