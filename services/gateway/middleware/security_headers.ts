/** Headers that keep a browser from doing anything with an answer but read it. A route that needs more sets its own. */
import { createMiddleware } from "hono/factory";

const DEFAULTS = Object.entries({
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
});

export function securityHeaders() {
  return createMiddleware(async (c, next) => {
    await next();
    const { headers } = c.res;
    for (const [name, value] of DEFAULTS) if (!headers.has(name)) headers.set(name, value);
  });
}
