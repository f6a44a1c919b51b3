/** The planner in a process of its own; its settings come from the environment. */
import { busFromEnvironment, connectBus } from "@patchbay/bus";
import { configureLogging } from "@patchbay/telemetry";
import { startLlmPlanner } from "./mod.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());

await using _logging = await configureLogging();
await using bus = await connectBus({
  ...busFromEnvironment(Deno.env.toObject()),
  name: "llm-planner",
  signal: stop.signal,
});
await using planner = await startLlmPlanner({ bus, signal: stop.signal });
await planner.stopped;
Deno.exit(0);
