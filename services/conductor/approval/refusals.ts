/** How a plan is refused because of its policies, or of what became of it meanwhile. */
import {
  type ApprovalState,
  ConflictError,
  type Effect,
  PatchbayError,
  type PlanRecord,
  type StepDecision,
} from "@patchbay/contracts";

/** More say nothing new. */
const MAX_NAMED = 20;

/** @throws {PatchbayError} `POLICY_DENIED` with each step and the rule that refuses it */
export function refuseDenied(planId: string, { status, steps }: ApprovalState): void {
  if (status !== "denied") return;
  const denied = steps.filter(({ decision }) => decision === "deny");
  const [first] = denied;
  const more = denied.length > 1 ? ` (and ${denied.length - 1} more)` : "";
  throw new PatchbayError(
    "POLICY_DENIED",
    `Cannot run plan '${planId}': step '${first?.stepId}' is refused by ${first?.reason}${more}`,
    { context: { steps: denied.slice(0, MAX_NAMED).map(named) } },
  );
}

/** For a key that may not do what a plan does. */
export const remedyFor = (effect: Effect) => `Use a key that may do what has the effect '${effect}'.`;

const named = ({ stepId, app, command, effect, reason }: StepDecision) => ({ stepId, app, command, effect, reason });

/** @throws {ConflictError} the plan is another one than was looked at, or somebody said no to it */
export function refuseChanged(action: string, { plan, digest, rejected }: PlanRecord, seen: string): void {
  if (digest !== seen) {
    throw new ConflictError("CONFLICT", `Cannot ${action} plan '${plan.id}': it has changed since it was looked at`, {
      context: { digest, seen },
    });
  }
  if (rejected !== undefined) throw isRejected(action, plan.id, rejected);
}

export function isRejected(
  action: string,
  planId: string,
  { by, reason }: NonNullable<PlanRecord["rejected"]>,
): ConflictError {
  const why = reason === undefined ? "" : `: ${reason}`;
  return new ConflictError("CONFLICT", `Cannot ${action} plan '${planId}': '${by.name}' rejected it${why}`, {
    context: { rejected: { by, ...(reason === undefined ? {} : { reason }) } },
    remedy: "Change the plan, or save it anew as it is: then it can be asked for again.",
  });
}

/** It is not in a state for this. */
export function wrongState(action: string, { plan, status, runId }: PlanRecord, expected: string): ConflictError {
  return new ConflictError(
    "CONFLICT",
    `Cannot ${action} plan '${plan.id}': it is in state '${status}', expected ${expected}`,
    {
      context: { status, ...(runId === undefined ? {} : { runId }) },
    },
  );
}
