/** The `patchbay` command. */
import { CommanderError } from "commander";
import { describeError, EXIT } from "./outcome.ts";
import { createProgram } from "./program.ts";

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(name, () => stop.abort(name));

try {
  await createProgram(stop.signal).parseAsync(Deno.args, { from: "user" });
} catch (error) {
  if (error instanceof CommanderError) {
    // it has said what is wrong, or printed the help
    Deno.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else {
    if (!stop.signal.aborted) console.error(describeError(error));
    Deno.exitCode = stop.signal.aborted ? EXIT.interrupted : EXIT.failed;
  }
}
Deno.exit();
