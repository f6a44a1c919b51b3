/** The Cascadeur bridge as a process: `deno run -A main.ts --server nats://… --bridge ws-07 --mode interface`. */
import { connectBus } from "@patchbay/bus";
import { configureLogging } from "@patchbay/telemetry";
import { BridgeId } from "@patchbay/contracts";
import { BridgeMode } from "@patchbay/bridge-kit";
import { parseArgs } from "node:util";
import { startCascadeurBridge } from "./mod.ts";

const { values } = parseArgs({
  options: {
    server: { type: "string", default: "nats://127.0.0.1:4222" },
    credentials: { type: "string" },
    bridge: { type: "string", default: "local" },
    mode: { type: "string", default: "interface" },
    "allow-code": { type: "boolean", default: false },
    "work-dir": { type: "string", default: ".patchbay/bridges/cascadeur" },
  },
});
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());

await configureLogging({ level: "info", format: "json" });
await using bus = await connectBus({
  servers: values.server,
  name: `cascadeur.${values.bridge}`,
  ...(values.credentials === undefined ? {} : { credentialsFile: values.credentials }),
  signal: stop.signal,
});
await using bridge = await startCascadeurBridge({
  bus,
  bridge: BridgeId.parse(values.bridge),
  mode: BridgeMode.parse(values.mode),
  allowCode: values["allow-code"],
  workDir: values["work-dir"],
  signal: stop.signal,
});
await bridge.ended;
if (bridge.failure !== undefined) throw bridge.failure;
