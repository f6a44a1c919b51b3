/** A command on the durable lane: accepted once it is stored, whether or not its bridge is here. */
import { type Bus, commandFingerprint, enqueueJob, ledgerKey, openBucket } from "@patchbay/bus";
import { ConflictError, envelope, Id, newId, parseAddress } from "@patchbay/contracts";
import { z } from "zod";
import type { GatewayDeps } from "./deps.ts";
import { findCommand } from "./find_command.ts";
import { type CommandCaller, commandPayload, type CommandRequest } from "./send_command.ts";

export interface AcceptedJob {
  id: Id;
  /** Whether the same key had brought it before. */
  known: boolean;
}

/**
 * Puts a command into the queue; the caller has been checked.
 * @throws {PatchbayError} `STORAGE_FULL`, `BUS_UNAVAILABLE`, `CONFLICT` for a key that was used for something else
 */
export async function sendJob(
  deps: Pick<GatewayDeps, "bus" | "commands" | "here" | "progress" | "signal">,
  request: CommandRequest,
  { correlationId, idempotencyKey }: CommandCaller,
): Promise<AcceptedJob> {
  const { bus, signal } = deps;
  const { app, bridge } = parseAddress(request.bridge);
  const id = idempotencyKey === undefined
    ? newId()
    : await idOf(bus, ledgerKey({ app, bridge }, idempotencyKey), commandFingerprint(request), signal);
  // a gateway that died between the two has left a key without its job
  if (idempotencyKey !== undefined && await findCommand(deps, id) !== undefined) return { id, known: true };
  const message = envelope({
    type: "command",
    id,
    payload: commandPayload(request, idempotencyKey),
    source: "gateway",
    target: request.bridge,
    correlationId,
  });
  const { duplicate } = await enqueueJob(bus, { app, bridge, priority: message.payload.priority }, message, { signal });
  return { id, known: duplicate };
}

const Claim = z.looseObject({ id: Id, fingerprint: z.string() });

/** The id of the job that a key stands for: whoever comes first makes it. */
async function idOf(bus: Bus, key: string, fingerprint: string, signal: AbortSignal): Promise<Id> {
  const claims = await openBucket(bus, "ledger", Claim, { signal });
  const claim = `${key}.job`;
  const id = newId();
  for (;;) {
    const known = await claims.get(claim);
    if (known?.value.fingerprint === fingerprint) return known.value.id;
    if (known !== undefined) {
      throw new ConflictError("CONFLICT", "Cannot queue command: its idempotency key was used for something else");
    }
    try {
      await claims.create(claim, { id, fingerprint });
      return id;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}
