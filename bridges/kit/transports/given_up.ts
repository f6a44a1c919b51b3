/** A request that was sent, and then cancelled, over a protocol in which the other end does not say what became of it. */
import { PatchbayError } from "@patchbay/contracts";

/** Why it ends: its outcome is not known where somebody cancelled it. @param what `call the tool 'x'` @param reason of the signal that fired */
export function givenUp(what: string, reason: unknown): unknown {
  if (!(reason instanceof PatchbayError) || reason.code !== "CANCELLED") return reason;
  return new PatchbayError(
    "OUTCOME_UNKNOWN",
    `The request to ${what} was cancelled after it was sent, and the application does not say how far it came`,
    { cause: reason, context: { started: true } },
  );
}
