/** Which scopes a plan asks for: those of its steps' effects. */
import { BATCH_COMMAND, type JsonObject, type Plan, PlanBatch } from "@patchbay/contracts";
import { type Scope, scopeFor } from "./keys.ts";
import type { ManifestCache } from "./manifest_cache.ts";

/**
 * Checks every scope that running the plan needs.
 * @throws {PatchbayError} what `require` throws, or `BRIDGE_OFFLINE` or `UNKNOWN_COMMAND` for a step that nobody could run
 */
export function requirePlanScopes(plan: Plan, manifests: ManifestCache, require: (scope: Scope) => void): void {
  const scopes = new Set(
    plan.steps.flatMap(({ app, bridge = "any", command, args }) =>
      commandsOf(command, args).map((name) => scopeFor(manifests.command(app, bridge, name).effect))
    ),
  );
  for (const scope of scopes) require(scope);
}

/** The commands of a step: one, or those of its batch. */
function commandsOf(command: string, args: JsonObject): string[] {
  const batch = command === BATCH_COMMAND ? PlanBatch.safeParse(args) : undefined;
  return batch?.success === true ? batch.data.commands.map(({ command }) => command) : [command];
}
