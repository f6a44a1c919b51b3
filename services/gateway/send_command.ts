/** The hot path: one command from a checked body to the bridge and back. */
import { request } from "@patchbay/bus";
import {
  type BridgeAddress,
  envelope,
  fromProblem,
  type Id,
  IdempotencyKey,
  newId,
  parseAddress,
  type Priority,
  Result,
  subjects,
  toProblem,
  ValidationError,
} from "@patchbay/contracts";
import type { GatewayDeps } from "./deps.ts";
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
  { bus, manifests, commands, signal }: Pick<GatewayDeps, "bus" | "manifests" | "commands" | "signal">,
  { bridge: target, command, args, priority = "normal", timeoutMs, project }: CommandRequest,
  { key, correlationId, idempotencyKey }: CommandCaller,
): SentCommand {
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
  const answer = request(bus, subjects.command(app, bridge, command), message, {
    payload: Result,
    absent: "BRIDGE_OFFLINE",
    timeoutMs: timeoutMs ?? offered.timeoutMs,
    priority,
    signal,
  });
  return { id, result: settle(answer, id, commands) };
}

async function settle(
  answer: Promise<{ payload: Result }>,
  id: Id,
  commands: GatewayDeps["commands"],
): Promise<Succeeded> {
  commands.begin(id);
  try {
    const { payload: result } = await answer;
    if (!result.ok) throw fromProblem(result.problem);
    commands.end(id);
    return result;
  } catch (error) {
    commands.end(id, toProblem(error));
    throw error;
  }
}

/** The `Idempotency-Key` header. @throws {ValidationError} `INVALID_REQUEST` */
export function idempotencyKey(headers: Headers): string | undefined {
  const text = headers.get("idempotency-key");
  if (text === null) return undefined;
  const parsed = IdempotencyKey.safeParse(text);
  if (parsed.success) return parsed.data;
  throw ValidationError.fromZod("INVALID_REQUEST", "Cannot read request", parsed.error, ["header", "Idempotency-Key"]);
}
