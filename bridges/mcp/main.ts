/** A bridge to an MCP server as a process: `deno run -A main.ts servers.yaml#files --server nats://… --bridge ws-07`. */
import { runBridge } from "@patchbay/bridge-kit/run";
import { bridge } from "./bridge.ts";

await runBridge(bridge);
