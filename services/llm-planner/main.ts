/** The planner in a process of its own; its settings come from the environment. */
import { connectBus } from "@patchbay/bus";
import { configureLogging } from "@patchbay/telemetry";
import { startLlmPlanner } from "./mod.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());

await using _logging = await configureLogging();
const credentialsFile = Deno.env.get("PATCHBAY_NATS_CREDENTIALS");
await using bus = await connectBus({
  servers: (Deno.env.get("PATCHBAY_NATS_URL") ?? "nats://127.0.0.1:4222").split(","),
  name: "llm-planner",
  signal: stop.signal,
  ...(credentialsFile === undefined ? {} : { credentialsFile }),
});
await using planner = await startLlmPlanner({ bus, signal: stop.signal });
await planner.stopped;
Deno.exit(0);
