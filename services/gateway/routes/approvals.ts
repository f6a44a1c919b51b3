/** Approving and rejecting plans: what stands between a plan and its run, and who says yes or no. */
import { z } from "zod";
import { ApprovalState, Id, PlanDigest, PlanRecord, SERVICES, StepId } from "@patchbay/contracts";
import { actorOf } from "../actor.ts";
import type { GatewayDeps } from "../deps.ts";
import { effectsOf, scopeFor } from "../keys.ts";
import { requireScope } from "../middleware/auth.ts";
import { json, route } from "../route.ts";

const params = z.object({ id: Id });
const ApproveBody = z.strictObject({
  digest: PlanDigest.meta({ description: "Of the plan that was looked at; another one is refused." }),
  steps: z.array(StepId).min(1).optional().meta({ description: "Left out: all of them." }),
});
const RejectBody = ApproveBody.extend({
  steps: z.array(StepId).min(1).optional().meta({
    description: "Only these are taken out, with all that needs them. Left out: the plan is rejected.",
  }),
  reason: z.string().max(500).optional(),
});

export const approvalRoutes = ({ call }: Pick<GatewayDeps, "call">) => [
  route(
    {
      method: "GET",
      path: "/v1/plans/{id}/approval",
      id: "getApproval",
      summary: "What stands between a plan and its run: what the policies say of each step, and which approvals hold.",
      scope: "read",
      params,
      answers: { 200: { description: "The state", schema: ApprovalState } },
    },
    async ({ params: { id }, key, correlationId }) =>
      json(await call("conductor", "approval", { planId: id, by: actorOf(key) }, { correlationId })),
  ),

  route({
    method: "POST",
    path: "/v1/plans/{id}/approve",
    id: "approvePlan",
    summary:
      "Approves a plan, or steps of it. The key needs the scopes of what it approves. A run that waits for it begins.",
    scope: "any",
    params,
    body: ApproveBody,
    answers: {
      200: { description: "The state, and the run if one began", schema: SERVICES.conductor.approve_plan.result },
    },
  }, async ({ params: { id }, body: { digest, steps }, key, correlationId }) => {
    const by = actorOf(key);
    const state = await call("conductor", "approval", { planId: id, by }, { correlationId });
    for (const effect of effectsToApprove(state, steps)) requireScope(key, scopeFor(effect));
    const verdict = { planId: id, digest, by, effects: effectsOf(key), ...(steps === undefined ? {} : { steps }) };
    return json(await call("conductor", "approve_plan", verdict, { correlationId }));
  }),

  route({
    method: "POST",
    path: "/v1/plans/{id}/reject",
    id: "rejectPlan",
    summary: "Says no to a plan, or takes steps out of it with all that needs them. A run that waits does not begin.",
    scope: "write",
    params,
    body: RejectBody,
    answers: { 200: { description: "The plan as it is now", schema: PlanRecord } },
  }, async ({ params: { id }, body: { digest, steps, reason }, key, correlationId }) => {
    const verdict = {
      planId: id,
      digest,
      by: actorOf(key),
      ...(steps === undefined ? {} : { steps }),
      ...(reason === undefined ? {} : { reason }),
    };
    return json(await call("conductor", "reject_plan", verdict, { correlationId }));
  }),
];

/** Of what asks; where nothing does, of all, since a run that waits may begin. */
function effectsToApprove({ steps }: ApprovalState, named: readonly StepId[] | undefined) {
  const covered = named === undefined ? steps : steps.filter(({ stepId }) => named.includes(stepId));
  const asking = covered.filter(({ decision }) => decision === "ask");
  return new Set((asking.length > 0 ? asking : covered).map(({ effect }) => effect));
}
