/** One bridge of the echo application. Run as a process by the benchmarks. */
import { connectBus } from "@patchbay/bus";
import { startBridge } from "@patchbay/bridge-kit";
import { echo, echoAdapter } from "./echo_app.ts";

const bus = await connectBus({ servers: Deno.env.get("PATCHBAY_NATS_URL") ?? "", name: "echo.bench" });
const bridge = await startBridge({
  bus,
  manifest: echo,
  adapter: echoAdapter,
  bridge: "bench",
  simulated: true,
  allowCode: false,
  workDir: Deno.env.get("BENCH_WORK_DIR") ?? "",
});
await bridge.ready();
console.log("ready");
