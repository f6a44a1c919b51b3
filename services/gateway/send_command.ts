/** The hot path: one command from a checked body to the bridge and back. */
import { BridgeGoneError, requestBridge } from "@patchbay/bus";
import {
  type BridgeAddress,
  type Command,
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
import { afterDeath, type Unanswered } from "./after_death.ts";
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
 * What the manifests say of a command, where the caller may run it.
 * @throws {PatchbayError} `BRIDGE_OFFLINE`, `UNKNOWN_COMMAND`, `FORBIDDEN`: what is known without asking the bridge
 */
export function checkCommand(
  { manifests }: Pick<GatewayDeps, "manifests">,
  { bridge: target, command }: CommandRequest,
  key: ApiKey | undefined,
): CommandDocument {
  const { app, bridge } = parseAddress(target);
  const offered = manifests.command(app, bridge, command);
  requireScope(key, scopeFor(offered.effect));
  return offered;
}

/** What the bridge gets. */
export function commandPayload(
  { command, args, priority = "normal", timeoutMs, project }: CommandRequest,
  idempotencyKey: string | undefined,
): Command {
  return {
    command,
    args,
    priority,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(project === undefined ? {} : { project }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
}

/** Sends a command that {@linkcode checkCommand} let pass; whether its arguments fit is for the bridge to say. */
export function sendCommand(
  deps: Pick<GatewayDeps, "bus" | "manifests" | "here" | "commands" | "signal">,
  request: CommandRequest,
  offered: CommandDocument,
  { correlationId, idempotencyKey }: CommandCaller,
): SentCommand {
  const { bus, manifests, here } = deps;
  const { bridge: target, command, args, timeoutMs } = request;
  const { app, bridge } = parseAddress(target);
  const id = newId();
  const payload = commandPayload(request, idempotencyKey);
  const message = envelope({ type: "command", id, payload, source: "gateway", target, correlationId });
  const ask = () =>
    requestBridge(bus, here, {
      app,
      bridge,
      subject: (bridge) => subjects.command(app, bridge, command),
      offers: (bridge) => manifests.offers(app, bridge, command),
      message,
      payload: Result,
      timeoutMs: timeoutMs ?? offered.timeoutMs,
      priority: payload.priority,
    });
  const reads = offered.effect === "read";
  const repeatable = reads || offered.idempotent;
  const asked = { id, target, key: idempotencyKey, command, args, reads, repeatable, correlationId };
  return { id, result: settle(deps, ask, asked) };
}

async function settle(
  deps: Pick<GatewayDeps, "bus" | "commands" | "signal">,
  ask: () => Promise<{ payload: Result }>,
  asked: Unanswered & { repeatable: boolean },
): Promise<Succeeded> {
  const { commands } = deps;
  const { id } = asked;
  commands.begin(id);
  try {
    const result = await answerOf(deps, ask, asked);
    if (!result.ok) throw fromProblem(result.problem);
    commands.end(id);
    return result;
  } catch (error) {
    commands.end(id, toProblem(error));
    throw error;
  }
}

function answerOf(
  deps: Pick<GatewayDeps, "bus" | "signal">,
  ask: () => Promise<{ payload: Result }>,
  asked: Unanswered & { repeatable: boolean },
): Promise<Result> {
  return ask().then(({ payload }) => payload, (error) => {
    if (error instanceof BridgeGoneError) return afterDeath(deps, asked, error);
    if (!(error instanceof PatchbayError) || error.code !== "DEADLINE_EXCEEDED" || asked.repeatable) throw error;
    // it may have been begun: to send it again may be to do it twice
    const { code, message, context } = error;
    throw new PatchbayError(code, message, { cause: error, context, retryable: false });
  });
}

/** The `Idempotency-Key` header. @throws {ValidationError} `INVALID_REQUEST` */
export function idempotencyKey(headers: Headers): string | undefined {
  const text = headers.get("idempotency-key");
  if (text === null) return undefined;
  const parsed = IdempotencyKey.safeParse(text);
  if (parsed.success) return parsed.data;
  throw ValidationError.fromZod("INVALID_REQUEST", "Cannot read request", parsed.error, ["header", "Idempotency-Key"]);
}
