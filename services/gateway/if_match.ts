/** Optimistic concurrency over HTTP: the ETag of a thing is its revision (RFC 9110, section 13.1.1). */
import { PatchbayError } from "@patchbay/contracts";
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
  const header = request.headers.get("if-match")?.trim();
  if (header === undefined || header === "*") return undefined;
  const revision = /^"(\d{1,15})"$/.exec(header)?.[1];
  if (revision !== undefined) return Number(revision);
  throw new HttpRefusal(412, "CONFLICT", `Cannot change ${what}: If-Match names no revision of it`);
}

/** A revision that the caller named and that has passed is 412, where it was CONFLICT inside. */
export function preconditionFailed(error: unknown, request: Request): unknown {
  if (!(error instanceof PatchbayError) || error.code !== "CONFLICT" || !request.headers.has("if-match")) return error;
  return new HttpRefusal(412, "CONFLICT", error.message, { context: error.context });
}
