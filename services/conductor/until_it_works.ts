/** Work that must be done sometime: again while the bus is away. */
import { UnavailableError } from "@patchbay/contracts";
import { setTimeout as wait } from "node:timers/promises";

const TRY_AGAIN_MS = 1_000;

/**
 * Resolves once the work is done, or the signal fires.
 * @throws what the work throws, unless that may pass by itself
 */
export async function untilItWorks(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof UnavailableError)) throw error;
    }
    await wait(TRY_AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}
