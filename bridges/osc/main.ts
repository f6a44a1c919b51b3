/** The OSC bridge as a process: `deno run -A main.ts lights.yaml --server nats://… --bridge ws-07 --mode interface`. */
import { connectBus } from "@patchbay/bus";
import { configureLogging } from "@patchbay/telemetry";
import { BridgeMode } from "@patchbay/bridge-kit";
import { BridgeId } from "@patchbay/contracts";
import { parseArgs } from "node:util";
import { findManifest, startOscBridge } from "./mod.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    server: { type: "string", default: "nats://127.0.0.1:4222" },
    credentials: { type: "string" },
    bridge: { type: "string", default: "local" },
    mode: { type: "string", default: "interface" },
    "work-dir": { type: "string", default: ".patchbay/bridges/osc" },
  },
});
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());

await configureLogging({ level: "info", format: "json" });
const loaded = await findManifest(positionals[0] ?? "");
await using bus = await connectBus({
  servers: values.server,
  name: `${loaded.file.app}.${values.bridge}`,
  ...(values.credentials === undefined ? {} : { credentialsFile: values.credentials }),
  signal: stop.signal,
});
await using bridge = await startOscBridge({
  loaded,
  bus,
  bridge: BridgeId.parse(values.bridge),
  mode: BridgeMode.parse(values.mode),
  allowCode: false,
  workDir: values["work-dir"],
  signal: stop.signal,
});
await bridge.ended;
if (bridge.failure !== undefined) throw bridge.failure;
