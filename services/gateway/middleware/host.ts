/**
 * Refuses requests for a host name that is not ours: a page whose own name was pointed at this machine (DNS rebinding)
 * sends that name. An address needs no name, so addresses may pass.
 */
import { createMiddleware } from "hono/factory";
import { PatchbayError } from "@patchbay/contracts";

/** @param allowed host names without a port, besides `localhost` and addresses */
export function hostCheck(allowed: readonly string[]) {
  const names = new Set(["localhost", ...allowed.map((name) => name.toLowerCase())]);
  let last: string | undefined;
  return createMiddleware((c, next) => {
    const host = c.req.raw.headers.get("host") ?? new URL(c.req.url).host;
    if (host !== last) {
      if (!isAllowed(host, names)) {
        throw new PatchbayError("HOST_REFUSED", "Cannot answer: the request names a host that is not this gateway", {
          context: { host: host.slice(0, 255) },
        });
      }
      last = host;
    }
    return next();
  });
}

function isAllowed(host: string, names: ReadonlySet<string>): boolean {
  const name = /^(\[[0-9a-f:.]+\]|[^:[\]/@?#\\\s]+)(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase();
  if (name === undefined) return false;
  return names.has(name) || name.startsWith("[") || /^\d{1,3}(\.\d{1,3}){3}$/.test(name);
}
