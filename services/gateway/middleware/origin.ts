/** Refuses web pages of foreign origins, and answers CORS for those that are allowed. Programs send no Origin. */
import type { Context, Next } from "hono";
import { createMiddleware } from "hono/factory";
import { HEADERS, PatchbayError } from "@patchbay/contracts";

const PREFLIGHT = {
  "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
  "Access-Control-Allow-Headers":
    `Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, Prefer, Range, ${HEADERS.correlationId}`,
  "Access-Control-Max-Age": "600",
};
const EXPOSED = `ETag, Location, Content-Range, traceresponse, ${HEADERS.correlationId}`;

/** @param allowed origins such as `https://studio.example`, besides the gateway's own */
export function originCheck(allowed: readonly string[]) {
  const origins = new Set(allowed);
  return createMiddleware((c, next) => {
    const origin = c.req.raw.headers.get("origin");
    return origin === null ? next() : fromPage(c, next, origin, origins);
  });
}

async function fromPage(c: Context, next: Next, origin: string, allowed: ReadonlySet<string>): Promise<void> {
  const foreign = !isOwn(origin, c.req.raw.headers.get("host"));
  if (foreign && !allowed.has(origin)) {
    throw new PatchbayError("ORIGIN_REFUSED", "Cannot answer: the request comes from a web page of another origin", {
      context: { origin: origin.slice(0, 255) },
    });
  }
  if (c.req.method === "OPTIONS" && c.req.raw.headers.has("access-control-request-method")) {
    c.res = new Response(null, { status: 204, headers: PREFLIGHT });
  } else {
    await next();
  }
  c.res.headers.append("Vary", "Origin");
  if (!foreign) return;
  c.res.headers.set("Access-Control-Allow-Origin", origin);
  c.res.headers.set("Access-Control-Expose-Headers", EXPOSED);
  c.res.headers.set("Cross-Origin-Resource-Policy", "cross-origin");
}

/** A page of the gateway itself; the host was checked before. */
function isOwn(origin: string, host: string | null): boolean {
  return host !== null && (origin === `http://${host}` || origin === `https://${host}`);
}
