/** What a route is: its address, who may use it, what it takes and answers. The OpenAPI document is made from the same facts. */
import type { Context } from "hono";
import type { z } from "zod";
import { type Id, ValidationError } from "@patchbay/contracts";
import type { ApiKey, Scope } from "./keys.ts";
import { readJson } from "./json_body.ts";

/** What the middleware leaves for the routes. */
export interface Variables {
  correlationId: Id;
  key: ApiKey | undefined;
}
export type GatewayContext = Context<{ Variables: Variables }>;

export interface Answer {
  description: string;
  schema?: z.ZodType;
  /** @default "application/json" when there is a schema */
  mediaType?: string;
}

/** A parameter that is no part of path or query: only described here, read by the handler. */
export interface HeaderParameter {
  name: string;
  description: string;
}

export interface RouteDefinition<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
> {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With `{name}` for each parameter. */
  path: string;
  /** Unique, camelCase: the method name of generated clients. */
  id: string;
  summary: string;
  /** `public` needs no key; a scope that depends on what is asked is checked by the handler with {@linkcode requireScope}. */
  scope: Scope | "public" | "any";
  params?: P;
  query?: Q;
  /** The JSON body. */
  body?: B;
  /** The media type of a body that is not JSON and that the handler streams. */
  rawBody?: string;
  headers?: readonly HeaderParameter[];
  answers: Readonly<Record<number, Answer>>;
}

export interface Call<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  params: z.output<P>;
  query: z.output<Q>;
  body: z.output<B>;
  correlationId: Id;
  /** Who asks; a route with the scope `public` has nobody. */
  key: ApiKey | undefined;
  request: Request;
  c: GatewayContext;
}

export interface Route {
  definition: RouteDefinition;
  handle(c: GatewayContext, limits: { bodyBytes: number }): Promise<Response>;
}

/** @example `route({ method: "GET", path: "/v1/apps", id: "listApps", scope: "read", … }, async ({ correlationId }) => json(…))` */
export function route<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  definition: RouteDefinition<P, Q, B>,
  handler: (call: Call<P, Q, B>) => Promise<Response> | Response,
): Route {
  const { params, query, body } = definition;
  return {
    definition,
    async handle(c, limits) {
      return await handler({
        params: check(params, () => c.req.param(), "path"),
        query: check(query, () => c.req.query(), "query"),
        body: body === undefined
          ? undefined as z.output<B>
          : parse(body, await readJson(c.req.raw, limits.bodyBytes), []),
        correlationId: c.get("correlationId"),
        key: c.get("key"),
        request: c.req.raw,
        c,
      });
    },
  };
}

function check<S extends z.ZodType>(schema: S | undefined, read: () => unknown, where: string): z.output<S> {
  return schema === undefined ? {} as z.output<S> : parse(schema, read(), [where]);
}

function parse<S extends z.ZodType>(schema: S, value: unknown, at: readonly string[]): z.output<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw ValidationError.fromZod("INVALID_REQUEST", "Cannot read request", parsed.error, at);
  return parsed.data;
}

/** A JSON answer. */
export function json(value: unknown, { status = 200, headers = {} }: JsonInit = {}): Response {
  const response = Response.json(value, { status });
  for (const [name, text] of Object.entries(headers)) response.headers.set(name, text);
  return response;
}

interface JsonInit {
  /** @default 200 */
  status?: number;
  /** Besides `Content-Type`. */
  headers?: Readonly<Record<string, string>>;
}
