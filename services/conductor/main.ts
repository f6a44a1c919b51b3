/** The conductor in a process of its own: `PATCHBAY_NATS_URL`, `PATCHBAY_NATS_CREDENTIALS`, `PATCHBAY_POLICIES` from the environment. */
import { connectBus, migrate } from "@patchbay/bus";
import { PatchbayError } from "@patchbay/contracts";
import { configureLogging, logger } from "@patchbay/telemetry";
import { readConfig } from "./config.ts";
import { startConductor } from "./mod.ts";

/** Resolves with the exit status. */
async function main(signal: AbortSignal): Promise<number> {
  await using _logging = await configureLogging();
  try {
    const { bus: connection, policies } = readConfig(Deno.env.toObject());
    await using bus = await connectBus({ ...connection, name: "conductor", signal });
    await migrate(bus, { signal });
    await using conductor = await startConductor({ bus, policies, signal });
    return await conductor.ended === undefined ? 0 : 1;
  } catch (error) {
    if (signal.aborted) return 0;
    logger("conductor").fatal("cannot run the conductor: {error}", {
      error: error instanceof PatchbayError ? error.message : error,
    });
    return 1;
  }
}

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());
Deno.exit(await main(stop.signal));
