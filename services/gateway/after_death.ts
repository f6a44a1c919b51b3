/** What is known of a command whose bridge has died before it answered. */
import { type BridgeGoneError, commandFingerprint, openLedger } from "@patchbay/bus";
import {
  type BridgeAddress,
  BridgeId,
  type Id,
  type JsonObject,
  parseAddress,
  PatchbayError,
  type Result,
  toProblem,
  UnavailableError,
} from "@patchbay/contracts";
import type { GatewayDeps } from "./deps.ts";
import { findResult } from "./find_result.ts";

export interface Unanswered {
  id: Id;
  target: BridgeAddress;
  /** @default the command's id */
  key: string | undefined;
  command: string;
  args: JsonObject;
  reads: boolean;
  correlationId: Id;
}

/**
 * The command's result, if it was stored before the bridge died, or that it was not begun: then it never will be.
 * @throws {PatchbayError} `BRIDGE_OFFLINE` for one that reads, `OUTCOME_UNKNOWN` for one that was begun
 */
export async function afterDeath(
  { bus, signal }: Pick<GatewayDeps, "bus" | "signal">,
  { id, target, key = id, command, args, reads, correlationId }: Unanswered,
  error: BridgeGoneError,
): Promise<Result> {
  const context = { ...error.context, started: false };
  const offline = PatchbayError.of("BRIDGE_OFFLINE", error.message, { context });
  if (reads) throw offline;
  const { app, bridge } = parseAddress(target);
  const result: Result = {
    commandId: id,
    app,
    bridge: BridgeId.parse(error.context["bridge"]),
    command,
    startedAt: Date.now(),
    durationMs: 0,
    ok: false,
    problem: toProblem(offline, correlationId),
  };
  // whoever writes the entry first decides: the bridge might only be cut off, and begin the command when it is back
  const facts = { commandId: id, command, fingerprint: commandFingerprint({ command, args }), result };
  try {
    const outcome = await openLedger(bus, { signal }).cancel({ app, bridge }, key, facts);
    if (!outcome.cancelled && outcome.entry.status === "completed") return outcome.entry.result;
    // the next bridge process may have said what became of it, and have forgotten what may be done again
    const stored = await findResult(bus, outcome.cancelled ? id : outcome.entry.commandId, signal);
    if (stored !== undefined) return stored;
    if (outcome.cancelled) return result;
  } catch (cause) {
    if (!(cause instanceof UnavailableError)) throw cause;
  }
  throw new PatchbayError("OUTCOME_UNKNOWN", `Whether '${command}' happened is not known: ${error.message}`, {
    cause: error,
    context: error.context,
  });
}
