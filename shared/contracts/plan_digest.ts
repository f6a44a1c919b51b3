/** What an approval is bound to: the exact plan, whatever the order of its keys. */
import type { Plan } from "./plan.ts";

/**
 * SHA-256 over what a plan does: its steps, its project and its priority. Where it came from does not count.
 * @returns `sha256:` and 64 hexadecimal digits
 */
export async function planDigest(plan: Pick<Plan, "steps" | "projectId" | "priority">): Promise<string> {
  const { steps, projectId, priority } = plan;
  const text = JSON.stringify(canonical({ steps, projectId, priority: priority ?? "normal" }));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return `sha256:${Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Keys in order, and nothing that is not there: RFC 8785 for the values that JSON.parse gives. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  // an object whose prototype is null takes every key as its own, `__proto__` too
  const ordered: Record<string, unknown> = Object.create(null);
  for (const [key, item] of entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) ordered[key] = canonical(item);
  return ordered;
}
