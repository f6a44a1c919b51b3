/** Which scopes a plan asks for: those of its steps' effects. */
import type { Plan } from "@patchbay/contracts";
import { type Scope, scopeFor } from "./keys.ts";
import type { ManifestCache } from "./manifest_cache.ts";

/**
 * Checks every scope that running the plan needs.
 * @throws {PatchbayError} what `require` throws, or `BRIDGE_OFFLINE` or `UNKNOWN_COMMAND` for a step that nobody could run
 */
export function requirePlanScopes(plan: Plan, manifests: ManifestCache, require: (scope: Scope) => void): void {
  const scopes = new Set(
    plan.steps.map(({ app, bridge = "any", command }) => scopeFor(manifests.command(app, bridge, command).effect)),
  );
  for (const scope of scopes) require(scope);
}
