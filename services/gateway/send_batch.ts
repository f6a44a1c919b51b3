/** Many commands from a checked body to one bridge and back. */
import { BridgeGoneError, requestBridge } from "@patchbay/bus";
import {
  type Batch,
  BatchResult,
  type BridgeAddress,
  type CommandDocument,
  type Effect,
  envelope,
  type EnvelopeOf,
  fromProblem,
  MAX_TIMEOUT_MS,
  newId,
  parseAddress,
  PatchbayError,
  subjects,
  toProblem,
  type ValidationIssue,
} from "@patchbay/contracts";
import { afterDeath } from "./after_death.ts";
import type { GatewayDeps } from "./deps.ts";
import { type ApiKey, scopeFor } from "./keys.ts";
import { requireScope } from "./middleware/auth.ts";
import type { CommandCaller } from "./send_command.ts";

export type BatchRequest = Batch & { bridge: BridgeAddress };

/** How long after its own deadline a batch may take to say what became of it: taking back takes time too, in milliseconds. */
const GRACE_MS = 15_000;
/** The most harmful first: the scope that is missing is that one's. */
const EFFECTS: readonly Effect[] = ["open", "destructive", "write", "read"];

/**
 * What the manifests say of each command, where the caller may run all of them.
 * @throws {PatchbayError} `BRIDGE_OFFLINE`, `UNKNOWN_COMMAND` with the path of each, `FORBIDDEN`
 */
export function checkBatch(
  { manifests }: Pick<GatewayDeps, "manifests">,
  { bridge: target, commands }: BatchRequest,
  key: ApiKey | undefined,
): CommandDocument[] {
  const { app, bridge } = parseAddress(target);
  const issues: ValidationIssue[] = [];
  let unknown: PatchbayError | undefined;
  const offered = commands.flatMap(({ command }, index) => {
    try {
      return [manifests.command(app, bridge, command)];
    } catch (error) {
      if (!(error instanceof PatchbayError) || error.code !== "UNKNOWN_COMMAND") throw error;
      unknown ??= error;
      issues.push({ path: ["commands", index, "command"], message: error.message, code: "unknown_command" });
      return [];
    }
  });
  if (unknown !== undefined) {
    const { context, message } = unknown;
    throw PatchbayError.of("UNKNOWN_COMMAND", message, { context, issues: issues.slice(0, 50) });
  }
  const effects = new Set(offered.map(({ effect }) => effect));
  for (const effect of EFFECTS) if (effects.has(effect)) requireScope(key, scopeFor(effect));
  return offered;
}

/**
 * Sends a batch that {@linkcode checkBatch} let pass; whether its arguments fit is for the bridge to say.
 * @throws {PatchbayError} where nothing of it was begun, or nothing is known of it
 */
export async function sendBatch(
  deps: Pick<GatewayDeps, "bus" | "manifests" | "here" | "commands" | "signal">,
  request: BatchRequest,
  offered: readonly CommandDocument[],
  { correlationId, idempotencyKey }: CommandCaller,
): Promise<BatchResult> {
  const { bus, manifests, here, commands: log } = deps;
  const { bridge: target, ...batch } = request;
  const { app, bridge } = parseAddress(target);
  const id = newId();
  const timeoutMs = batch.timeoutMs ?? timeOf(batch, offered);
  const payload: Batch = { ...batch, timeoutMs, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) };
  const message: EnvelopeOf<Batch> = envelope({
    type: "command",
    id,
    payload,
    source: "gateway",
    target,
    correlationId,
  });
  const names = new Set(batch.commands.map(({ command }) => command));
  log.begin(id, idempotencyKey === undefined ? undefined : { sentTo: { app, bridge }, key: idempotencyKey });
  try {
    const answer = await requestBridge(bus, here, {
      app,
      bridge,
      subject: (bridge) => subjects.batch(app, bridge),
      offers: (bridge) => names.values().every((name) => manifests.offers(app, bridge, name)),
      message,
      payload: BatchResult,
      timeoutMs: timeoutMs + GRACE_MS,
      priority: batch.priority,
    }).then(({ payload }) => payload, (error) => {
      if (error instanceof BridgeGoneError) return knownOf(deps, message, target, offered, error);
      throw error;
    });
    log.end(id);
    return answer;
  } catch (error) {
    log.end(id, toProblem(error));
    throw error;
  }
}

/** What is known of a batch whose bridge has died: the ledger has it as one command. */
async function knownOf(
  deps: Pick<GatewayDeps, "bus" | "signal">,
  { id, payload, metadata: { correlationId } }: EnvelopeOf<Batch>,
  target: BridgeAddress,
  offered: readonly CommandDocument[],
  error: BridgeGoneError,
): Promise<BatchResult> {
  const { commands, onError, idempotencyKey: key } = payload;
  const reads = offered.every(({ effect }) => effect === "read");
  const asked = { id, target, key, command: "batch", args: { commands, onError }, reads, correlationId };
  const result = await afterDeath(deps, asked, error);
  if (!result.ok) throw fromProblem(result.problem);
  return BatchResult.parse(result.value);
}

/** As long as all of its commands may take, one after another. */
function timeOf({ commands }: Pick<Batch, "commands">, offered: readonly CommandDocument[]): number {
  const own = commands.map(({ timeoutMs }, i) => timeoutMs ?? offered[i]?.timeoutMs ?? 0);
  return Math.min(MAX_TIMEOUT_MS, own.reduce((sum, each) => sum + each, 0));
}
