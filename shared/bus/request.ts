/** Typed request-reply: an envelope out, an envelope back. */
import {
  decodeEnvelope,
  encodeEnvelope,
  envelope,
  type EnvelopeOf,
  fromProblem,
  type Id,
  PatchbayError,
  type Priority,
  Problem,
  subjects,
  UnavailableError,
  ValidationError,
} from "@patchbay/contracts";
import { z } from "zod";
import { orCancelled } from "./abort.ts";
import { type Bus, whenConnected } from "./bus.ts";
import { checkSize, envelopeHeaders } from "./headers.ts";

export interface RequestOptions<P extends z.ZodType> {
  /** The schema of the reply's payload. */
  payload: P;
  /** What it means that nobody listens. */
  absent: "BRIDGE_OFFLINE" | "SERVICE_UNAVAILABLE";
  /** The reply must be here by then; sent along as the absolute deadline of the work. */
  timeoutMs: number;
  signal?: AbortSignal;
  priority?: Priority;
  headers?: Record<string, string>;
}

/** For a person: `blender.ws-07 for render_image`; of what is no command, the subject. */
function whom(subject: string): string {
  const { app, bridge, command } = /^patchbay\.v1\.cmd\.(?<app>[^.]+)\.(?<bridge>[^.]+)\.(?<command>[^.]+)$/
    .exec(subject)?.groups ?? {};
  return command === undefined ? subject : `${app}.${bridge} for ${command}`;
}

/**
 * Asks, and waits for the answer. Sends the deadline, the correlation id and the trace along.
 *
 * While the bus is away, it waits for it within `timeoutMs`, and asks as soon as it is back. Once sent, the request is
 * never sent again: if the connection breaks then, the answer may still come; else it ends with `DEADLINE_EXCEEDED`, and
 * whether the work was done is not known.
 * @throws the error that the other side answers with
 * @throws {UnavailableError} `absent` at once when nobody listens, `BUS_UNAVAILABLE` when nothing could be sent
 * @throws {PatchbayError} `DEADLINE_EXCEEDED`, `CANCELLED` when the signal fires, `FORBIDDEN`, `PAYLOAD_TOO_LARGE`
 * @throws {ValidationError} `INVALID_MESSAGE` for an answer that does not fit `payload`
 */
export function request<P extends z.ZodType>(
  bus: Bus,
  subject: string,
  message: EnvelopeOf<unknown>,
  options: RequestOptions<P>,
): Promise<EnvelopeOf<z.output<P>>> {
  return orCancelled(`Cannot ask ${subject}`, options.signal, () => ask(bus, subject, message, options));
}

async function ask<P extends z.ZodType>(
  bus: Bus,
  subject: string,
  message: EnvelopeOf<unknown>,
  { payload, absent, timeoutMs, signal, priority, headers: extra }: RequestOptions<P>,
): Promise<EnvelopeOf<z.output<P>>> {
  const end = performance.now() + timeoutMs;
  const headers = envelopeHeaders(message, {
    deadline: Date.now() + timeoutMs,
    ...(priority === undefined ? {} : { priority }),
    ...(extra === undefined ? {} : { headers: extra }),
  });
  const data = encodeEnvelope(message);
  if (!await whenConnected(bus, timeoutMs, signal)) {
    throw new UnavailableError(
      "BUS_UNAVAILABLE",
      `Cannot ask ${whom(subject)}: the bus was away for ${timeoutMs} ms; nothing was sent`,
    );
  }
  checkSize(subject, data, headers, bus.maxPayload);
  const outcome = await bus.inbox.exchange({ subject, data, headers, timeoutMs: end - performance.now(), signal });
  switch (outcome.kind) {
    case "reply":
      return readReply(outcome.message.data, payload);
    case "nobody":
      throw new UnavailableError(absent, `Cannot ask ${whom(subject)}: nobody answers there`, { context: { subject } });
    case "timeout":
      throw new PatchbayError("DEADLINE_EXCEEDED", `No answer from ${whom(subject)} within ${timeoutMs} ms`, {
        context: { subject, timeoutMs },
      });
    case "disconnected":
      throw new UnavailableError("BUS_UNAVAILABLE", `No answer from ${whom(subject)}: the connection was closed`);
  }
}

const ANYTHING = z.unknown();

function readReply<P extends z.ZodType>(data: Uint8Array, payload: P): EnvelopeOf<z.output<P>> {
  const reply = decodeEnvelope(data, ANYTHING);
  if (reply.type === "error") throw fromProblem(Problem.parse(reply.payload));
  const parsed = payload.safeParse(reply.payload);
  if (parsed.success) return { ...reply, payload: parsed.data };
  throw ValidationError.fromZod("INVALID_MESSAGE", `Cannot read the ${reply.type}`, parsed.error, ["payload"]);
}

export interface CallServiceOptions<P extends z.ZodType> {
  /** The schema of the answer. */
  result: P;
  /** Who asks: `gateway`. */
  source: string;
  correlationId?: Id;
  causationId?: Id;
  /** @default 10_000 */
  timeoutMs?: number;
  signal?: AbortSignal;
}

const CALL_TIMEOUT_MS = 10_000;

/**
 * Calls a verb of a service: `patchbay.v1.svc.<service>.<verb>`.
 * @throws as {@linkcode request}, with `SERVICE_UNAVAILABLE` when no replica of the service is there
 * @example
 * ```ts
 * import { type Bus, callService } from "@patchbay/bus";
 * import { SERVICES } from "@patchbay/contracts";
 *
 * const whoIsHere = (bus: Bus) =>
 *   callService(bus, "context-store", "bridges", {}, {
 *     result: SERVICES["context-store"].bridges.result,
 *     source: "gateway",
 *   });
 * ```
 */
export async function callService<P extends z.ZodType>(
  bus: Bus,
  service: string,
  verb: string,
  payload: unknown,
  { result, source, correlationId, causationId, timeoutMs = CALL_TIMEOUT_MS, signal }: CallServiceOptions<P>,
): Promise<z.output<P>> {
  const message = envelope({
    type: "command",
    payload,
    source,
    target: service,
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(causationId === undefined ? {} : { causationId }),
  });
  const reply = await request(bus, subjects.service(service, verb), message, {
    payload: result,
    absent: "SERVICE_UNAVAILABLE",
    timeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });
  return reply.payload;
}
