/** A bridge whose application answers at once: what is left is Patchbay. Run as a process by the benchmarks. */
import { connectBus } from "@patchbay/bus";
import { command, defineApp } from "@patchbay/contracts";
import { startBridge } from "@patchbay/bridge-kit";
import { z } from "zod";

export const echo = defineApp({
  app: "echo",
  title: "Echo",
  version: "1.0.0",
  state: z.object({}),
  commands: {
    echo: command({
      kind: "query",
      summary: "Answers its argument.",
      args: z.object({ text: z.string() }),
      result: z.object({ text: z.string() }),
    }),
  },
});

if (import.meta.main) {
  const bus = await connectBus({ servers: Deno.env.get("PATCHBAY_NATS_URL") ?? "", name: "echo.bench" });
  const bridge = await startBridge({
    bus,
    manifest: echo,
    adapter: {
      open: () => Promise.resolve({ appVersion: "1" }),
      execute: ({ args }) => Promise.resolve(args),
      snapshot: () => Promise.resolve({}),
      close: () => Promise.resolve(),
    },
    bridge: "bench",
    simulated: true,
    allowCode: false,
    workDir: Deno.env.get("BENCH_WORK_DIR") ?? "",
  });
  await bridge.ready();
  console.log("ready");
}
