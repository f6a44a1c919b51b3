/** The far end of a link, and of a bare hop. Run as a process by the benchmarks. */
import { connectBus } from "@patchbay/bus";
import { startBridge } from "@patchbay/bridge-kit";
import { ANSWER, BARE, now, relay } from "./link_apps.ts";

const bus = await connectBus({ servers: Deno.env.get("PATCHBAY_NATS_URL") ?? "", name: "relay.target" });
const came = (sentAt: number) => {
  const at = now();
  bus.nc.publish(ANSWER, JSON.stringify([sentAt, at, now()]));
};
const bridge = await startBridge({
  bus,
  manifest: relay,
  adapter: {
    open: () => Promise.resolve({ appVersion: "1" }),
    execute: ({ args }) => Promise.resolve(came(Number(args["value"]))),
    snapshot: () => Promise.resolve({}),
    close: () => Promise.resolve(),
  },
  bridge: "target",
  simulated: true,
  allowCode: false,
  workDir: Deno.env.get("BENCH_WORK_DIR") ?? "",
});
bus.nc.subscribe(BARE, { callback: (_, message) => came(Number(message.string())) });
await bridge.ready();
await bus.nc.flush();
console.log("ready");
