/** What a caller sees when its own signal ends a wait. */
import { PatchbayError } from "@patchbay/contracts";

/** The error for a wait that its caller ended: the signal's own reason if that is one of ours, else `CANCELLED`. */
export function cancelled(action: string, signal: AbortSignal): PatchbayError {
  if (signal.reason instanceof PatchbayError) return signal.reason;
  return new PatchbayError("CANCELLED", `${action}: cancelled by the caller`, { cause: signal.reason });
}

/** Runs `work`, and turns the abort of `signal` into {@linkcode cancelled}. */
export async function orCancelled<T>(action: string, signal: AbortSignal | undefined, work: () => Promise<T>) {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted && error === signal.reason) throw cancelled(action, signal);
    throw error;
  }
}
