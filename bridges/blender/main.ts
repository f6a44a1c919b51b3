/** The Blender bridge as a process: `deno run -A main.ts [BLENDER] --server nats://… --bridge ws-07 --mode background`. */
import { runBridge } from "@patchbay/bridge-kit/run";
import { bridge } from "./bridge.ts";

await runBridge(bridge);
