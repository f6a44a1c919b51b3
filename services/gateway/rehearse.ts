/** Asks for a rehearsal, and ends it where whoever asked is gone. */
import { sendCancel } from "@patchbay/bus";
import type { Id, Rehearsal } from "@patchbay/contracts";
import type { GatewayDeps } from "./deps.ts";

export async function rehearse(
  { bus, call, limits }: Pick<GatewayDeps, "bus" | "call" | "limits">,
  planId: Id,
  { correlationId, request }: { correlationId: Id; request: Request },
): Promise<Rehearsal> {
  let answered = false;
  const onGone = () => {
    if (!answered) {
      sendCancel(bus, { commandId: planId, reason: "nobody waits for it", correlationId, source: "gateway" });
    }
  };
  request.signal.addEventListener("abort", onGone, { once: true });
  try {
    return await call("conductor", "rehearse_plan", { planId }, {
      correlationId,
      timeoutMs: limits.rehearsalTimeoutMs,
    });
  } finally {
    answered = true;
    request.signal.removeEventListener("abort", onGone);
  }
}
