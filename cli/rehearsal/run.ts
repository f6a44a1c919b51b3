/**
 * The rehearsal service in a process of its own: `PATCHBAY_NATS_URL` and `PATCHBAY_NATS_CREDENTIALS` from the environment, and
 * `PATCHBAY_ALIVE_FILE`, which a health check looks at.
 */
import { busFromEnvironment, connectBus } from "@patchbay/bus";
import { PatchbayError } from "@patchbay/contracts";
import { configureLogging, logger } from "@patchbay/telemetry";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepAlive } from "./alive.ts";
import { serveRehearsals } from "./serve.ts";

/** Resolves with the exit status. */
export async function runRehearsals(signal: AbortSignal): Promise<number> {
  await using _logging = await configureLogging();
  try {
    await using bus = await connectBus({ ...busFromEnvironment(Deno.env.toObject()), name: "rehearsal", signal });
    // two of them on one machine shall not empty each other's
    const folder = join(tmpdir(), `patchbay-rehearsal-${Deno.pid}`);
    await using stack = new AsyncDisposableStack();
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    const service = stack.use(await serveRehearsals({ bus, folder, signal }));
    const aliveFile = Deno.env.get("PATCHBAY_ALIVE_FILE");
    if (aliveFile !== undefined) stack.use(await keepAlive(aliveFile, bus));
    await service.ended;
    return 0;
  } catch (error) {
    if (signal.aborted) return 0;
    logger("rehearsal").fatal("cannot rehearse: {error}", {
      error: error instanceof PatchbayError ? error.message : error,
    });
    return 1;
  }
}
