/** A plan without some of its steps, and without all that needs them. Pure. */
import { type Plan, planGraph, type StepId } from "@patchbay/contracts";

/** The steps that are left, in their order; none where everything needs what was taken out. */
export function withoutSteps(plan: Plan, rejected: readonly StepId[]): Plan["steps"] {
  const { steps, dependencies } = planGraph(plan.steps);
  const dependents = steps.map((): number[] => []);
  for (const [index, needed] of dependencies.entries()) for (const one of needed) dependents[one]!.push(index);
  const names = new Set(rejected);
  const open = steps.flatMap(({ id }, index) => names.has(id) ? [index] : []);
  const gone = new Set(open);
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    for (const dependent of dependents[index]!) {
      if (gone.has(dependent)) continue;
      gone.add(dependent);
      open.push(dependent);
    }
  }
  return plan.steps.filter((_, index) => !gone.has(index));
}
