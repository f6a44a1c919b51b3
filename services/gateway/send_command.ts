/** The hot path: one command from a checked body to the bridge and back. */
import { BridgeGoneError, requestBridge } from "@patchbay/bus";
import {
  type BridgeAddress,
  type CommandDocument,
  envelope,
  fromProblem,
  type Id,
  IdempotencyKey,
  newId,
  parseAddress,
  PatchbayError,
  type Priority,
  Result,
  subjects,
  toProblem,
  ValidationError,
} from "@patchbay/contracts";
import type { GatewayDeps } from "./deps.ts";
import { findResult } from "./find_result.ts";
import { type ApiKey, scopeFor } from "./keys.ts";
import { requireScope } from "./middleware/auth.ts";

export interface CommandRequest {
  bridge: BridgeAddress;
  command: string;
  args: Record<string, unknown>;
  priority?: Priority | undefined;
  timeoutMs?: number | undefined;
  project?: string | undefined;
}

export interface CommandCaller {
  key: ApiKey | undefined;
  correlationId: Id;
  idempotencyKey: string | undefined;
}

export type Succeeded = Extract<Result, { ok: true }>;
export interface SentCommand {
  id: Id;
  /** Rejects with the problem that the bridge, or the way to it, answered. */
  result: Promise<Succeeded>;
}

/**
 * Sends a command; whether its arguments fit is for the bridge to say.
 * @throws {PatchbayError} `BRIDGE_OFFLINE`, `UNKNOWN_COMMAND`, `FORBIDDEN`: what is known without asking the bridge
 */
export function sendCommand(
  deps: Pick<GatewayDeps, "bus" | "manifests" | "here" | "commands" | "signal">,
  { bridge: target, command, args, priority = "normal", timeoutMs, project }: CommandRequest,
  { key, correlationId, idempotencyKey }: CommandCaller,
): SentCommand {
  const { bus, manifests, here } = deps;
  const { app, bridge } = parseAddress(target);
  const offered = manifests.command(app, bridge, command);
  requireScope(key, scopeFor(offered.effect));
  const id = newId();
  const payload = {
    command,
    args,
    priority,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(project === undefined ? {} : { project }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
  const message = envelope({ type: "command", id, payload, source: "gateway", target, correlationId });
  const answer = requestBridge(bus, here, {
    app,
    bridge,
    subject: (bridge) => subjects.command(app, bridge, command),
    offers: (bridge) => manifests.offers(app, bridge, command),
    message,
    payload: Result,
    timeoutMs: timeoutMs ?? offered.timeoutMs,
    priority,
  });
  return { id, result: settle(deps, answer, { id, target, key: idempotencyKey, command, offered }) };
}

interface Asked {
  id: Id;
  target: BridgeAddress;
  key: string | undefined;
  command: string;
  offered: CommandDocument;
}

async function settle(
  deps: Pick<GatewayDeps, "bus" | "commands" | "signal">,
  answer: Promise<{ payload: Result }>,
  asked: Asked,
): Promise<Succeeded> {
  const { commands } = deps;
  const { id } = asked;
  commands.begin(id);
  try {
    const result = await answer.then(({ payload }) => payload, (error) => afterDeath(deps, asked, error));
    if (!result.ok) throw fromProblem(result.problem);
    commands.end(id);
    return result;
  } catch (error) {
    commands.end(id, toProblem(error));
    throw error;
  }
}

/** What is known of a command whose bridge has died: its result, if that was stored before. */
async function afterDeath(
  { bus, signal }: Pick<GatewayDeps, "bus" | "signal">,
  { id, target, command, offered }: Asked,
  error: unknown,
): Promise<Result> {
  if (!(error instanceof BridgeGoneError)) throw error;
  if (offered.effect === "read") {
    throw PatchbayError.of("BRIDGE_OFFLINE", error.message, { context: { ...error.context, started: false } });
  }
  const stored = await findResult(bus, id, signal);
  if (stored !== undefined) return stored;
  throw new PatchbayError(
    "OUTCOME_UNKNOWN",
    `Whether '${command}' happened is not known: ${target} died before it answered`,
    {
      cause: error,
    },
  );
}

/** The `Idempotency-Key` header. @throws {ValidationError} `INVALID_REQUEST` */
export function idempotencyKey(headers: Headers): string | undefined {
  const text = headers.get("idempotency-key");
  if (text === null) return undefined;
  const parsed = IdempotencyKey.safeParse(text);
  if (parsed.success) return parsed.data;
  throw ValidationError.fromZod("INVALID_REQUEST", "Cannot read request", parsed.error, ["header", "Idempotency-Key"]);
}
