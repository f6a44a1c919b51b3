/** A simulated session in this process, without a bridge or a link. */
import { PatchbayError } from "@patchbay/contracts";
import type { JsonObject } from "@patchbay/contracts";
import type { BlenderCommands } from "../manifest.ts";
import { SimulatedSession } from "../simulator/session.ts";

/** A session with a folder of its own; `run` parses arguments as the bridge does. */
export async function startSession() {
  const workDir = await Deno.makeTempDir({ prefix: "patchbay-simulator-" });
  const session = new SimulatedSession();
  const events: [string, unknown][] = [];
  const progress: number[] = [];
  return {
    session,
    events,
    progress,
    workDir,
    async run(
      command: keyof BlenderCommands,
      args: JsonObject = {},
      signal = new AbortController().signal,
      // deno-lint-ignore no-explicit-any -- results are asserted value by value
    ): Promise<any> {
      const call = { command, args, workDir, allowCode: false, signal };
      return await session.execute({
        ...call,
        progress: ({ fraction }) => progress.push(fraction),
        event: (name, data) => events.push([name, data]),
      });
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(workDir, { recursive: true });
    },
  };
}

/** Whether an error is a problem of this code. */
export const code = (expected: string) => (error: unknown): boolean =>
  error instanceof PatchbayError && error.code === expected;
