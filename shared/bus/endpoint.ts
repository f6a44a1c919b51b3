/** What a service answers: one endpoint a subject. */
import { type EnvelopeOf, type MessageType, Problem, subjects } from "@patchbay/contracts";
import { z } from "zod";

/** One call of an endpoint. */
export interface Call<A> {
  payload: A;
  message: EnvelopeOf<A>;
  headers: ReadonlyMap<string, string>;
  /** When the caller stops waiting, in milliseconds since 1970. */
  deadline: number | undefined;
  /** Fires at the deadline, with `DEADLINE_EXCEEDED`, and when the service ends before the handler does. */
  signal: AbortSignal;
  subject: string;
}

export interface EndpointDefinition<A, R> {
  /** For `nats micro`: letters, digits, `-` and `_`. */
  name: string;
  subject: string;
  /** Replicas with the same queue share the calls. @default none: every replica answers */
  queue?: string;
  /** For `nats micro info`; `request_schema` is added. */
  metadata?: Record<string, string>;
  payload: z.ZodType<A>;
  /** The type of the reply. */
  type: MessageType;
  /** Calls that may run at once; more are answered `SERVICE_UNAVAILABLE`. @default 1024 */
  maxConcurrent?: number;
  /** What a span of it is called: few values. @default the subject */
  template?: string;
  /** The problem that an answer stands for, for the error headers. @default that of `{ ok: false, problem }` */
  problemOf?(result: R): Problem | undefined;
  handler(call: Call<A>): Promise<R> | R;
}

/** An endpoint of any payload and result: what a service holds. */
// deno-lint-ignore no-explicit-any -- a handler's argument is contravariant: no other type takes them all
export type AnyEndpoint = EndpointDefinition<any, any>;

/** Declares an endpoint, so that the handler's types follow from the schema. */
export function endpoint<A, R>(definition: EndpointDefinition<A, R>): EndpointDefinition<A, R> {
  return definition;
}

export interface ServiceEndpointOptions<A, R> {
  payload: z.ZodType<A>;
  metadata?: Record<string, string>;
  maxConcurrent?: number;
  handler(call: Call<A>): Promise<R> | R;
}

/**
 * A verb of a service: `patchbay.v1.svc.<service>.<verb>`, shared by the service's replicas.
 * @example
 * ```ts
 * import { serviceEndpoint } from "@patchbay/bus";
 * import { z } from "zod";
 *
 * const bridges = serviceEndpoint("context-store", "bridges", { payload: z.looseObject({}), handler: () => ({ bridges: [] }) });
 * ```
 */
export function serviceEndpoint<A, R>(
  service: string,
  verb: string,
  options: ServiceEndpointOptions<A, R>,
): EndpointDefinition<A, R> {
  return { name: verb, subject: subjects.service(service, verb), queue: service, type: "result", ...options };
}

const Failure = z.looseObject({ ok: z.literal(false), problem: Problem });

/** The problem in a `Result`, if it is one. */
export function problemOfResult(result: unknown): Problem | undefined {
  if (typeof result !== "object" || result === null || !("ok" in result) || result.ok !== false) return undefined;
  return Failure.safeParse(result).data?.problem;
}

/** Longer schemas would make the answer to INFO larger than a message may be. */
const MAX_SCHEMA_CHARACTERS = 8 * 1024;

/** What INFO says of an endpoint: its own metadata, with the JSON Schema of what it takes. */
export function endpointMetadata(definition: AnyEndpoint): Record<string, string> {
  return { format: "application/json", ...schemaOf(definition.payload), ...definition.metadata };
}

function schemaOf(payload: z.ZodType): Record<string, string> {
  const text = JSON.stringify(z.toJSONSchema(payload, { io: "input", unrepresentable: "any" }));
  return text.length > MAX_SCHEMA_CHARACTERS ? {} : { request_schema: text };
}
