/** JetStream's own answers: its errors as ours, and the calls that nats.js cannot cancel. */
import type { Msg } from "@nats-io/nats-core";
import { ConflictError, PatchbayError, UnavailableError } from "@patchbay/contracts";
import { z } from "zod";
import type { Bus } from "./bus.ts";
import { askUntilAnswered } from "./retry.ts";

/** What JetStream says when it refuses: `err_code` as in nats-server's errors.json. */
const ApiError = z.looseObject({
  code: z.number(),
  err_code: z.number().default(0),
  description: z.string().default(""),
});
type ApiError = z.infer<typeof ApiError>;

const Answer = z.looseObject({ error: ApiError.optional() });

const WRONG_LAST_SEQUENCE: ReadonlySet<number> = new Set([10071, 10164]);
const FULL: ReadonlySet<number> = new Set([10023, 10028, 10047, 10077]);
const TOO_LARGE = 10054;
const STREAM_NOT_FOUND = 10059;

/** The error that a refusal of JetStream stands for. */
export function refusal(action: string, error: ApiError): PatchbayError {
  const message = `${action}: ${error.description}`;
  const context = { jetstream: error.err_code };
  if (WRONG_LAST_SEQUENCE.has(error.err_code)) return new ConflictError("CONFLICT", message, { context });
  if (FULL.has(error.err_code)) return new PatchbayError("STORAGE_FULL", message, { context });
  if (error.err_code === TOO_LARGE) return new PatchbayError("PAYLOAD_TOO_LARGE", message, { context });
  if (error.err_code === STREAM_NOT_FOUND) return new UnavailableError("BUS_UNAVAILABLE", message, { context });
  if (error.code === 503) return new UnavailableError("BUS_UNAVAILABLE", message, { context });
  return new PatchbayError("INTERNAL", message, { context });
}

/** Whether JetStream says that it cannot answer at the moment: it has no leader yet, or just starts. */
export function isTemporary(answer: Msg): boolean {
  const error = parse(answer)?.error;
  return error !== undefined && error.code === 503 && !FULL.has(error.err_code);
}

/** Reads an answer. @throws the error that a refusal stands for */
export function readAnswer<T extends z.ZodType>(
  action: string,
  answer: Msg,
  schema: T,
  accept: readonly number[] = [],
): z.output<T> {
  const parsed = parse(answer);
  if (parsed?.error !== undefined && !accept.includes(parsed.error.err_code)) throw refusal(action, parsed.error);
  const result = schema.safeParse(parsed);
  if (result.success) return result.data;
  throw new PatchbayError("INTERNAL", `${action}: JetStream's answer cannot be read`, { cause: result.error });
}

export interface ApiOptions {
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
  /** Refusals that are answers too, by JetStream's `err_code`. */
  accept?: readonly number[];
}

export const API_TIMEOUT_MS = 5_000;

/** Calls `$JS.API.<verb>`, again until it answers: only for calls that may be repeated. */
export async function callApi<T extends z.ZodType>(
  bus: Bus,
  verb: string,
  body: unknown,
  schema: T,
  { timeoutMs = API_TIMEOUT_MS, signal, accept = [] }: ApiOptions = {},
): Promise<z.output<T>> {
  const action = `Cannot call JetStream's ${verb}`;
  const data = body === undefined ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(body));
  const subject = `$JS.API.${verb}`;
  return readAnswer(
    action,
    await askUntilAnswered(bus, { action, subject, data, headers: {}, timeoutMs, signal, isTemporary }),
    schema,
    accept,
  );
}

/** Looked at twice: whether it is worth asking again, and what it says. */
const parsed = new WeakMap<Msg, z.infer<typeof Answer>>();

function parse(answer: Msg): z.infer<typeof Answer> | undefined {
  try {
    const known = parsed.get(answer) ?? Answer.safeParse(JSON.parse(answer.string())).data;
    if (known !== undefined) parsed.set(answer, known);
    return known;
  } catch {
    return undefined;
  }
}
