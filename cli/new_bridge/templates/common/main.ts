/** The bridge as a process of its own: `deno run -A main.ts --server nats://… --bridge desk --simulate`. */
import { connectBus } from "@patchbay/bus";
import { BridgeId } from "@patchbay/contracts";
import { configureLogging } from "@patchbay/telemetry";
import { parseArgs } from "node:util";
import { bridge } from "./mod.ts";

const { values } = parseArgs({
  options: {
    server: { type: "string", default: "nats://127.0.0.1:4222" },
    credentials: { type: "string" },
    bridge: { type: "string", default: "local" },
    argument: { type: "string" },
    simulate: { type: "boolean", default: false },
    "work-dir": { type: "string", default: ".patchbay/bridges/lamp" },
  },
});
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());

await using _logging = await configureLogging({ level: "info", format: "pretty" });
await using bus = await connectBus({
  servers: values.server,
  name: `${bridge.app}.${values.bridge}`,
  ...(values.credentials === undefined ? {} : { credentialsFile: values.credentials }),
  signal: stop.signal,
});
await using running = await bridge.start({
  bus,
  bridge: BridgeId.parse(values.bridge),
  mode: values.simulate ? "simulator" : "interface",
  ...(values.argument === undefined ? {} : { argument: values.argument }),
  allowCode: false,
  workDir: values["work-dir"],
  signal: stop.signal,
});
await running.ended;
if (running.failure !== undefined) throw running.failure;
