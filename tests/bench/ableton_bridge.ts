/** A bridge to a simulated Live, as a process of its own; `BENCH_TICK_MS` is how often Live looks at what was sent. */
import { connectBus } from "@patchbay/bus";
import { ableton, abletonAdapter, startLiveSimulator } from "@patchbay/bridge-ableton";
import { startBridge } from "@patchbay/bridge-kit";

const tickMs = Number(Deno.env.get("BENCH_TICK_MS") ?? 100);
await using live = await startLiveSimulator({ port: 0, replyPort: "sender", tickMs });
await using bus = await connectBus({ servers: Deno.env.get("PATCHBAY_NATS_URL")!, name: "ableton.bench" });
await using bridge = await startBridge({
  bus,
  manifest: ableton,
  adapter: abletonAdapter({ mode: "interface", port: live.port, replyPort: 0, lookMs: 3_600_000 }),
  bridge: `tick-${tickMs}`,
  simulated: true,
  allowCode: false,
  workDir: Deno.env.get("BENCH_WORK_DIR")!,
});
await bridge.ready();
console.log("ready");
await bridge.ended;
