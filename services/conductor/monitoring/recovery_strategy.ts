/** What is done about an error that keeps coming, by its code. */
import type { ErrorCode, RecoveryAction } from "@patchbay/contracts";

/** What is not here is a person's: nothing that the studio could do would help. */
const STRATEGIES: Partial<Record<ErrorCode, RecoveryAction>> = {
  APP_UNRESPONSIVE: "restart",
  // the bridge starts its application again by itself
  APP_CRASHED: "wait",
  APP_NOT_CONNECTED: "reconnect",
  BRIDGE_OFFLINE: "wait",
  BUS_UNAVAILABLE: "wait",
  APP_BUSY: "wait",
  INTERNAL: "reconnect",
};

/** So many recoveries of one bridge within ten minutes have not helped: a person must look. */
export const MOST_RECOVERIES = 3;
export const RECOVERY_WINDOW_MS = 10 * 60_000;

/** @param own over what is usual */
export function strategyFor(code: ErrorCode, own: Partial<Record<ErrorCode, RecoveryAction>> = {}): RecoveryAction {
  return own[code] ?? STRATEGIES[code] ?? "escalate";
}
