/** Plans: kept, looked at, validated, run. */
import { z } from "zod";
import { Id, JsonObject, newId, OnError, Plan, PlanRecord, SERVICES, Step, StepId } from "@patchbay/contracts";
import { MAX_STEPS, validatePlan, ValidationIssue } from "@patchbay/contracts";
import type { GatewayDeps } from "../deps.ts";
import { effectsOf } from "../keys.ts";
import { requireScope } from "../middleware/auth.ts";
import { requirePlanScopes } from "../plan_scopes.ts";
import { json, route } from "../route.ts";

/** A plan as a person writes it: what can be known is filled in. */
const PlanBody = Plan.extend({
  id: Id.optional(),
  steps: z.array(Step.extend({
    args: JsonObject.default({}),
    dependsOn: z.array(StepId).max(MAX_STEPS).default([]),
    onError: OnError.default("stop"),
  })).min(1).max(MAX_STEPS),
  provenance: Plan.shape.provenance.optional(),
});

const Verdict = z.object({ ok: z.boolean(), issues: z.array(ValidationIssue) });
const params = z.object({ id: Id });
const query = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) });

export const planRoutes = ({ call, manifests }: Pick<GatewayDeps, "call" | "manifests">) => [
  route({
    method: "GET",
    path: "/v1/plans",
    id: "listPlans",
    summary: "The plans, the latest first.",
    scope: "read",
    query,
    answers: { 200: { description: "Plans", schema: SERVICES.conductor.plans.result } },
  }, async ({ query, correlationId }) => json(await call("conductor", "plans", query, { correlationId }))),

  route({
    method: "POST",
    path: "/v1/plans",
    id: "savePlan",
    summary: "Validates and keeps a plan that was written by hand.",
    scope: "write",
    body: PlanBody,
    answers: { 201: { description: "The plan, with where it stands", schema: PlanRecord } },
  }, async ({ body, correlationId }) => {
    const record = await call("conductor", "save_plan", { plan: complete(body) }, { correlationId });
    return json(record, { status: 201, headers: { Location: `/v1/plans/${record.plan.id}` } });
  }),

  route({
    method: "POST",
    path: "/v1/plans/validate",
    id: "validatePlan",
    summary: "Says what is wrong with a plan, without keeping it.",
    scope: "read",
    body: JsonObject,
    answers: { 200: { description: "The verdict", schema: Verdict } },
  }, ({ body }) => {
    const parsed = PlanBody.safeParse(body);
    return json(verdict(parsed.success ? complete(parsed.data) : body, manifests));
  }),

  route({
    method: "GET",
    path: "/v1/plans/{id}",
    id: "getPlan",
    summary: "One plan, with where it stands.",
    scope: "read",
    params,
    answers: { 200: { description: "The plan", schema: PlanRecord } },
  }, async ({ params, correlationId }) => json(await call("conductor", "plan", params, { correlationId }))),

  route(
    {
      method: "POST",
      path: "/v1/plans/{id}/validate",
      id: "validateStoredPlan",
      summary: "Says what is wrong with a kept plan, by what the bridges offer now.",
      scope: "read",
      params,
      answers: { 200: { description: "The verdict", schema: Verdict } },
    },
    async ({ params, correlationId }) =>
      json(verdict((await call("conductor", "plan", params, { correlationId })).plan, manifests)),
  ),

  route({
    method: "POST",
    path: "/v1/plans/{id}/run",
    id: "runPlan",
    summary: "Runs a plan. The key needs the scopes of all its commands' effects.",
    scope: "any",
    params,
    answers: { 202: { description: "The run has begun", schema: SERVICES.conductor.run_plan.result } },
  }, async ({ params: { id }, key, correlationId }) => {
    const { plan } = await call("conductor", "plan", { id }, { correlationId });
    requirePlanScopes(plan, manifests, (scope) => requireScope(key, scope));
    const { runId } = await call("conductor", "run_plan", { planId: id, effects: effectsOf(key) }, { correlationId });
    return json({ runId }, { status: 202, headers: { Location: `/v1/runs/${runId}` } });
  }),
];

function complete(body: z.output<typeof PlanBody>): Plan {
  return {
    ...body,
    id: body.id ?? newId(),
    provenance: body.provenance ?? { provider: "hand", createdAt: Date.now() },
  };
}

function verdict(plan: unknown, manifests: GatewayDeps["manifests"]): z.infer<typeof Verdict> {
  const validated = validatePlan(plan, { manifests: manifests.apps });
  return { ok: validated.ok, issues: validated.ok ? [] : [...validated.issues] };
}
