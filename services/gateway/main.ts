/** The gateway in a process of its own: `PATCHBAY_*` from the environment, keys from a file. */
import { connectBus } from "@patchbay/bus";
import { configureLogging } from "@patchbay/telemetry";
import { readConfig } from "./config.ts";
import { startGateway } from "./mod.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());

await using _logging = await configureLogging();
const { servers, credentialsFile, defaultProvider, ...config } = await readConfig(Deno.env.toObject());
await using bus = await connectBus({
  servers,
  name: "gateway",
  signal: stop.signal,
  ...(credentialsFile === undefined ? {} : { credentialsFile }),
});
await using _gateway = await startGateway({
  bus,
  ...config,
  ...(defaultProvider === undefined ? {} : { defaultProvider }),
});
if (!stop.signal.aborted) {
  await new Promise<void>((resolve) => stop.signal.addEventListener("abort", () => resolve(), { once: true }));
}
Deno.exit(0);
