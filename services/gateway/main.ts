/** The gateway in a process of its own: `PATCHBAY_*` from the environment, keys from a file. */
import { connectBus } from "@patchbay/bus";
import { configureLogging, logger } from "@patchbay/telemetry";
import { readConfig } from "./config.ts";
import { startGateway } from "./mod.ts";

/** Resolves with the exit status. */
async function main(signal: AbortSignal): Promise<number> {
  await using _logging = await configureLogging();
  try {
    const { bus: connection, ...config } = await readConfig(Deno.env.toObject());
    await using bus = await connectBus({ ...connection, name: "gateway", signal });
    await using gateway = await startGateway({ bus, ...config, signal });
    await gateway.ended;
    return 0;
  } catch (error) {
    if (signal.aborted) return 0;
    logger("gateway").fatal("cannot run the gateway: {error}", { error });
    return 1;
  }
}

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());
Deno.exit(await main(stop.signal));
