/** The last look at a plan before it leaves the planner, whoever made it. */
import { orderWrites, type Plan, type PlanIssue, validatePlan } from "@patchbay/contracts";
import { chooseBridges } from "./bridge_choice.ts";
import type { World } from "./provider.ts";

export type CheckedPlan = { ok: true; plan: Plan } | { ok: false; issues: PlanIssue[] };

/** Chooses bridges, orders writes, and validates. */
export function checkPlan(plan: Plan, { manifests, presence }: World): CheckedPlan {
  const known = new Map(manifests.map((manifest) => [manifest.app, manifest]));
  const ordered = orderWrites(chooseBridges(plan, presence), known);
  return validatePlan(ordered, { manifests: known, bridges: presence });
}
