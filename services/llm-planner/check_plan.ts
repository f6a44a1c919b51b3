/** The last look at a plan before it leaves the planner, whoever made it. */
import {
  orderWrites,
  type Plan,
  type PlanIssue,
  planTheRest,
  type RestValidation,
  type Run,
  type Step,
  validatePlan,
} from "@patchbay/contracts";
import { chooseBridges, chooseBridgesOfRest } from "./bridge_choice.ts";
import type { World } from "./provider.ts";

export type CheckedPlan = { ok: true; plan: Plan } | { ok: false; issues: PlanIssue[] };

/** Chooses bridges, orders writes, and validates. */
export function checkPlan(plan: Plan, { manifests, presence }: World): CheckedPlan {
  const known = new Map(manifests.map((manifest) => [manifest.app, manifest]));
  const ordered = orderWrites(chooseBridges(plan, presence), known);
  return validatePlan(ordered, { manifests: known, bridges: presence });
}

/** The same for what is to be done in the place of what a run had still to do. */
export function checkRest(run: Run, steps: readonly Step[], { manifests, presence }: World): RestValidation {
  const known = new Map(manifests.map((manifest) => [manifest.app, manifest]));
  return planTheRest(run, chooseBridgesOfRest(run, steps, presence), { manifests: known, bridges: presence });
}
