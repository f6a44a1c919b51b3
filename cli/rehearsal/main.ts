/** The rehearsal service for a container: what `patchbay rehearsal` runs, without the rest of the command. */
import { runRehearsals } from "./run.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());
Deno.exit(await runRehearsals(stop.signal));
