/** The bridge to Ableton Live as a process: `deno run -A main.ts --server nats://… --bridge ws-07`. */
import { connectBus } from "@patchbay/bus";
import { configureLogging } from "@patchbay/telemetry";
import { BridgeId } from "@patchbay/contracts";
import { parseArgs } from "node:util";
import { z } from "zod";
import { startAbletonBridge } from "./mod.ts";

const { values } = parseArgs({
  options: {
    server: { type: "string", default: "nats://127.0.0.1:4222" },
    credentials: { type: "string" },
    bridge: { type: "string", default: "local" },
    mode: { type: "string", default: "interface" },
    "work-dir": { type: "string", default: ".patchbay/bridges/ableton" },
  },
});
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());

await configureLogging({ level: "info", format: "json" });
await using bus = await connectBus({
  servers: values.server,
  name: `ableton.${values.bridge}`,
  ...(values.credentials === undefined ? {} : { credentialsFile: values.credentials }),
  signal: stop.signal,
});
await using bridge = await startAbletonBridge({
  bus,
  bridge: BridgeId.parse(values.bridge),
  mode: z.enum(["interface", "simulator"]).parse(values.mode),
  workDir: values["work-dir"],
  signal: stop.signal,
});
await bridge.ended;
if (bridge.failure !== undefined) throw bridge.failure;
