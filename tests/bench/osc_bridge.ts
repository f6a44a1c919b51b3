/** An OSC bridge as a process: to a simulator in the same process, or to the program on `BENCH_OSC_PORT`. */
import { fileURLToPath } from "node:url";
import { readManifestFile, shippedPath, startOscBridge } from "@patchbay/bridge-osc";
import { connectBus } from "@patchbay/bus";

const env = (name: string) => Deno.env.get(name) ?? "";
const port = Number(env("BENCH_OSC_PORT"));
const path = port > 0
  ? shippedPath("supercollider")
  : fileURLToPath(new URL("../../bridges/osc/testing/lights.yaml", import.meta.url));
const loaded = await readManifestFile(path);
const bus = await connectBus({ servers: env("PATCHBAY_NATS_URL"), name: "osc bridge" });
const bridge = await startOscBridge({
  loaded: port > 0 ? { ...loaded, file: { ...loaded.file, port } } : loaded,
  bus,
  bridge: "bench",
  mode: port > 0 ? "interface" : "simulator",
  allowCode: false,
  workDir: env("BENCH_WORK_DIR"),
});
await bridge.ready(AbortSignal.timeout(30_000));
console.log("ready");
