/** Another way for a run: what has ended stays, what was to come is planned anew. */
import type { Plan } from "./plan.ts";
import type { Step } from "./plan_step.ts";
import { orderWrites, type PlanIssue, type PlanWorld, validatePlan } from "./plan_validation.ts";
import type { Run, StepRun } from "./runs.ts";

export type RestValidation =
  | { ok: true; plan: Plan; steps: Step[] }
  /** Paths begin at the new steps: `["steps", 0, "args", "name"]`. */
  | { ok: false; issues: PlanIssue[] };

/**
 * The run's plan with other steps in the place of those that have not ended; writes are ordered. New steps may refer to what
 * succeeded, have no name of a step that has ended, and must hold as in any plan.
 */
export function planTheRest(
  run: Pick<Run, "plan" | "steps">,
  steps: readonly Step[],
  world: PlanWorld,
): RestValidation {
  const ended = run.plan.steps.filter(({ id }) => hasEnded(run.steps[id]));
  const settled = ended.filter(({ id }) => isSettled(run.steps[id]));
  if (steps.length === 0) return { ok: true, plan: { ...run.plan, steps: ended }, steps: [] };
  const taken = new Set(ended.map(({ id }) => id));
  const issues: PlanIssue[] = steps.flatMap(({ id }, i) =>
    taken.has(id)
      ? [{ path: ["steps", i, "id"], message: `step '${id}' has ended`, code: "duplicate", stepId: id }]
      : []
  );
  const ordered = orderWrites({ ...run.plan, steps: [...settled, ...steps] }, world.manifests);
  const checked = validatePlan(ordered, world);
  if (!checked.ok) {
    issues.push(
      ...checked.issues.map((issue) => ({ ...issue, path: movedBack(issue.path, settled.length) }))
        .filter(({ code, path }) => code !== "duplicate" || !issues.some((known) => known.path[1] === path[1])),
    );
  }
  if (!checked.ok || issues.length > 0) return { ok: false, issues };
  const rest = checked.plan.steps.slice(settled.length);
  return { ok: true, plan: { ...run.plan, steps: [...ended, ...rest] }, steps: rest };
}

/** Of a run that is at rest: whether nothing more happens to a step. */
export const hasEnded = (step: StepRun | undefined): boolean =>
  step !== undefined && step.status !== "pending" && step.status !== "running";

/** Whether others may count on it: it succeeded, or was left out on purpose. */
const isSettled = (step: StepRun | undefined): boolean =>
  step?.status === "succeeded" || (step?.status === "skipped" && step.cause === "condition");

function movedBack(path: (string | number)[], by: number): (string | number)[] {
  const [first, index, ...rest] = path;
  return first === "steps" && typeof index === "number" ? [first, index - by, ...rest] : path;
}
