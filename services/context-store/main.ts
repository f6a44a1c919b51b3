/** The context store in a process of its own: `PATCHBAY_NATS_URL` and `PATCHBAY_NATS_CREDENTIALS` from the environment. */
import { busFromEnvironment, connectBus, migrate } from "@patchbay/bus";
import { PatchbayError } from "@patchbay/contracts";
import { configureLogging, logger } from "@patchbay/telemetry";
import { startContextStore } from "./mod.ts";

/** Resolves with the exit status. */
async function main(signal: AbortSignal): Promise<number> {
  await using _logging = await configureLogging();
  try {
    await using bus = await connectBus({ ...busFromEnvironment(Deno.env.toObject()), name: "context-store", signal });
    await migrate(bus, { signal });
    await using store = await startContextStore({ bus, signal });
    return await store.ended === undefined ? 0 : 1;
  } catch (error) {
    if (signal.aborted) return 0;
    logger("context-store").fatal("cannot run the context store: {error}", {
      error: error instanceof PatchbayError ? error.message : error,
    });
    return 1;
  }
}

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());
Deno.exit(await main(stop.signal));
