/** Who asks, and whether the key may. */
import { createMiddleware } from "hono/factory";
import { PatchbayError } from "@patchbay/contracts";
import type { ApiKey, KeyRing, Scope } from "../keys.ts";
import type { Variables } from "../route.ts";

/** Lets only requests with a known key pass; `any` leaves the scope to the handler. */
export function auth(ring: KeyRing, scope: Scope | "any") {
  return createMiddleware<{ Variables: Variables }>((c, next) => {
    const key = authenticate(ring, c.req.raw.headers.get("authorization"));
    if (scope !== "any") requireScope(key, scope);
    c.set("key", key);
    return next();
  });
}

function authenticate(ring: KeyRing, header: string | null): ApiKey {
  if (header === null) throw new PatchbayError("UNAUTHENTICATED", "Cannot answer: the request has no API key");
  const key = /^bearer /i.test(header) ? ring.verify(header.slice(7).trim()) : undefined;
  if (key === undefined) throw new PatchbayError("UNAUTHENTICATED", "Cannot answer: the API key is not known here");
  return key;
}

/** @throws {PatchbayError} `FORBIDDEN` with the missing scope in its context */
export function requireScope(key: ApiKey | undefined, scope: Scope): void {
  if (key?.scopes.includes(scope)) return;
  throw new PatchbayError("FORBIDDEN", `Cannot do this with key '${key?.id}': it lacks the scope '${scope}'`, {
    context: { scope },
  });
}
