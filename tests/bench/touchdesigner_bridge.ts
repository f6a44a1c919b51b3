/** A bridge to a simulated TouchDesigner, as a process of its own; `BENCH_FRAME_RATE` is how many frames it has a second. */
import { connectBus } from "@patchbay/bus";
import { startTouchDesignerBridge } from "@patchbay/bridge-touchdesigner";

const framesPerSecond = Number(Deno.env.get("BENCH_FRAME_RATE") ?? 60);
await using bus = await connectBus({ servers: Deno.env.get("PATCHBAY_NATS_URL")!, name: "touchdesigner.bench" });
await using bridge = await startTouchDesignerBridge({
  bus,
  bridge: `at-${framesPerSecond}`,
  mode: "simulator",
  framesPerSecond,
  allowCode: false,
  workDir: Deno.env.get("BENCH_WORK_DIR")!,
});
await bridge.ready();
console.log("ready");
await bridge.ended;
