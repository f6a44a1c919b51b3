/** A bridge to a script as a process: `deno run -A main.ts lights.py --server nats://… --bridge ws-07`. */
import { connectBus } from "@patchbay/bus";
import { BridgeMode } from "@patchbay/bridge-kit";
import { BridgeId } from "@patchbay/contracts";
import { configureLogging } from "@patchbay/telemetry";
import { parseArgs } from "node:util";
import { readScript, startScriptBridge } from "./mod.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    server: { type: "string", default: "nats://127.0.0.1:4222" },
    credentials: { type: "string" },
    bridge: { type: "string", default: "local" },
    mode: { type: "string", default: "background" },
    "work-dir": { type: "string", default: ".patchbay/bridges/script" },
  },
});
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());

await configureLogging({ level: "info", format: "json" });
const script = await readScript(positionals[0] ?? "");
await using bus = await connectBus({
  servers: values.server,
  name: `${script.app}.${values.bridge}`,
  ...(values.credentials === undefined ? {} : { credentialsFile: values.credentials }),
  signal: stop.signal,
});
const [bridge, mode] = [BridgeId.parse(values.bridge), BridgeMode.parse(values.mode)];
const workDir = values["work-dir"];
await using running = await startScriptBridge({
  bus,
  bridge,
  mode,
  script,
  allowCode: false,
  workDir,
  signal: stop.signal,
});
await running.ended;
if (running.failure !== undefined) throw running.failure;
