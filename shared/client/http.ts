/** One request to the gateway, checked on the way back. */
import type { z } from "zod";
import {
  fromProblem,
  HEADERS,
  type Id,
  PatchbayError,
  Problem,
  UnavailableError,
  ValidationError,
} from "@patchbay/contracts";

export interface ClientOptions {
  /** The gateway's address: `http://127.0.0.1:7420`. */
  url: string;
  /** The API key: `pb_<id>_<secret>`. */
  key: string;
  /** @default the global one */
  fetch?: typeof fetch;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** Ties everything that the call causes to something earlier. @default the gateway makes one */
  correlationId?: Id;
}

/** Changes only the revision that the caller has seen. */
export type RevisionOptions = CallOptions & { revision?: number };

export interface HttpRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Beginning with `/`, its parts encoded. */
  path: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  headers?: Readonly<Record<string, string>>;
  json?: unknown;
  body?: BodyInit;
}

export interface Http {
  /** @throws {PatchbayError} the gateway's problem, `SERVICE_UNAVAILABLE` when it cannot be reached, `CANCELLED` */
  send(request: HttpRequest, options?: CallOptions): Promise<Response>;
  /** @throws {PatchbayError} as {@linkcode Http.send}, and `INVALID_RESULT` for an answer of another form */
  call<S extends z.ZodType>(request: HttpRequest, schema: S, options?: CallOptions): Promise<z.output<S>>;
}

export function createHttp({ url, key, fetch: send = fetch }: ClientOptions): Http {
  const base = url.replace(/\/+$/, "");
  const http: Http = {
    async send({ method, path, query = {}, headers = {}, json, body = null }, { signal, correlationId } = {}) {
      const address = `${base}${path}${queryString(query)}`;
      let response: Response;
      try {
        response = await send(address, {
          method,
          headers: {
            Authorization: `Bearer ${key}`,
            ...(json === undefined ? {} : { "Content-Type": "application/json" }),
            ...(correlationId === undefined ? {} : { [HEADERS.correlationId]: correlationId }),
            ...headers,
          },
          body: json === undefined ? body : JSON.stringify(json),
          signal: signal ?? null,
        });
      } catch (cause) {
        throw broken(`${method} ${path}`, base, cause, signal);
      }
      if (!response.ok) throw await problemOf(response, `${method} ${path}`);
      return response;
    },
    async call(request, schema, options) {
      const response = await http.send(request, options);
      let value: unknown;
      try {
        value = await response.json();
      } catch (cause) {
        throw broken(`${request.method} ${request.path}`, base, cause, options?.signal);
      }
      const parsed = schema.safeParse(value);
      if (parsed.success) return parsed.data;
      const action = `Cannot read the answer to ${request.method} ${request.path}`;
      throw ValidationError.fromZod("INVALID_RESULT", action, parsed.error);
    },
  };
  return http;
}

/** What a request that got no answer throws. */
export function broken(action: string, base: string, cause: unknown, signal: AbortSignal | undefined): PatchbayError {
  if (signal?.aborted) return new PatchbayError("CANCELLED", `Cannot ${action}: it was cancelled`, { cause });
  return new UnavailableError("SERVICE_UNAVAILABLE", `Cannot ${action}: the gateway at ${base} does not answer`, {
    cause,
    remedy: "Start a studio with `patchbay studio`, or name the address of one that runs.",
  });
}

async function problemOf(response: Response, action: string): Promise<PatchbayError> {
  const text = await response.text().catch(() => "");
  const parsed = Problem.safeParse(parseJson(text));
  if (parsed.success) return fromProblem(parsed.data);
  return new UnavailableError(
    "SERVICE_UNAVAILABLE",
    `Cannot ${action}: something that is not the gateway answered with status ${response.status}`,
    {
      context: { status: response.status },
      remedy: "Check the address, and what stands between here and the gateway.",
    },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function queryString(query: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]]);
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}
