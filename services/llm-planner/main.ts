/** The planner in a process of its own; its settings come from the environment. */
import { busFromEnvironment, connectBus } from "@patchbay/bus";
import { PatchbayError } from "@patchbay/contracts";
import { configureLogging, logger } from "@patchbay/telemetry";
import { startLlmPlanner } from "./mod.ts";

/** Resolves with the exit status. */
async function main(signal: AbortSignal): Promise<number> {
  await using _logging = await configureLogging();
  try {
    await using bus = await connectBus({ ...busFromEnvironment(Deno.env.toObject()), name: "llm-planner", signal });
    await using planner = await startLlmPlanner({ bus, signal });
    await planner.stopped;
    return 0;
  } catch (error) {
    if (signal.aborted) return 0;
    logger("llm-planner").fatal("cannot run the planner: {error}", {
      error: error instanceof PatchbayError ? error.message : error,
    });
    return 1;
  }
}

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());
Deno.exit(await main(stop.signal));
