/** A simulated Blender as a process of its own, started as a background Blender is: `-- --links DIR --bridge ID`. */
import { parseArgs } from "node:util";
import { BridgeId, PatchbayError } from "@patchbay/contracts";
import { startBlenderSimulator } from "./simulator.ts";

const { values } = parseArgs({
  args: Deno.args.filter((argument) => argument !== "--"),
  options: { links: { type: "string" }, bridge: { type: "string", default: "local" } },
});

/** The two things that code can do to an application: keep it busy, and end it. Anything else is not understood. */
function python(code: string): { result: null; output: string } {
  const [, seconds] = /^import time; time\.sleep\((\d+)\)$/.exec(code) ?? [];
  const [, status] = /^import os; os\._exit\((\d+)\)$/.exec(code) ?? [];
  if (seconds !== undefined) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(seconds) * 1000);
  else if (status !== undefined) Deno.exit(Number(status));
  else throw new PatchbayError("COMMAND_FAILED", "Cannot run code: the simulator knows time.sleep and os._exit only");
  return { result: null, output: "" };
}

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());
await startBlenderSimulator({
  bridge: BridgeId.parse(values.bridge),
  ...(values.links === undefined ? {} : { linksDir: values.links }),
  python,
  signal: stop.signal,
}).ended;
// signal listeners keep the process alive
Deno.exit(0);
