/** Optimistic concurrency over HTTP: the ETag of a thing is its revision, or its digest (RFC 9110, section 13.1.1). */
import { PatchbayError, PlanDigest } from "@patchbay/contracts";
import { HttpRefusal } from "./refusal.ts";

/** The header that names what the caller has seen, as OpenAPI lists it. */
export const ifMatchHeader = (what: string) => ({
  name: "If-Match",
  description: `The ETag of the ${what} that the caller has seen.`,
});

/**
 * The revision that the caller has seen; `undefined` where it names none.
 * @param what a thing of this kind: `link`
 * @throws {HttpRefusal} for an `If-Match` that nothing of ours ever had
 */
export function seenRevision(request: Request, what: string): number | undefined {
  const header = seen(request);
  if (header === undefined) return undefined;
  const revision = /^"(\d{1,15})"$/.exec(header)?.[1];
  if (revision !== undefined) return Number(revision);
  throw new HttpRefusal(412, "CONFLICT", `Cannot change ${what}: If-Match names no revision of it`);
}

/**
 * The digest of the plan that the caller has seen; `undefined` where it names none.
 * @throws {HttpRefusal} for an `If-Match` that no plan ever had
 */
export function seenDigest(request: Request): PlanDigest | undefined {
  const header = seen(request);
  if (header === undefined) return undefined;
  const parsed = PlanDigest.safeParse(/^"(.*)"$/.exec(header)?.[1]);
  if (parsed.success) return parsed.data;
  throw new HttpRefusal(412, "CONFLICT", "Cannot change plan: If-Match names no digest of it");
}

function seen(request: Request): string | undefined {
  const header = request.headers.get("if-match")?.trim();
  return header === "*" ? undefined : header;
}

/** A revision that the caller named and that has passed is 412, where it was CONFLICT inside. */
export function preconditionFailed(error: unknown, request: Request): unknown {
  if (!(error instanceof PatchbayError) || error.code !== "CONFLICT" || !request.headers.has("if-match")) return error;
  return new HttpRefusal(412, "CONFLICT", error.message, { context: error.context });
}
