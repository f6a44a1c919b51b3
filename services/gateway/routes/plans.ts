/** Plans: kept, looked at, changed, validated, run. The ETag of a plan is its digest. */
import { z } from "zod";
import { derivedId } from "@patchbay/bus";
import {
  Id,
  JsonObject,
  MAX_STEPS,
  newId,
  OnError,
  PatchbayError,
  Plan,
  PlanRecord,
  SERVICES,
  Step,
  StepId,
  validatePlan,
  ValidationError,
  ValidationIssue,
} from "@patchbay/contracts";
import { actorOf } from "../actor.ts";
import type { GatewayDeps } from "../deps.ts";
import { ifMatchHeader, preconditionFailed, seenDigest } from "../if_match.ts";
import { effectsOf } from "../keys.ts";
import { requireScope } from "../middleware/auth.ts";
import { requirePlanScopes } from "../plan_scopes.ts";
import { json, route } from "../route.ts";
import { idempotencyKey } from "../send_command.ts";

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
    return answer(record, { status: 201, headers: { Location: `/v1/plans/${record.plan.id}` } });
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
    answers: { 200: { description: "The plan, with its digest as ETag", schema: PlanRecord } },
  }, async ({ params, correlationId }) => answer(await call("conductor", "plan", params, { correlationId }))),

  route({
    method: "PUT",
    path: "/v1/plans/{id}",
    id: "putPlan",
    summary: "Changes a plan that does not run. What was approved no longer holds; a run that waits for that waits on.",
    scope: "write",
    params,
    body: PlanBody,
    headers: [ifMatchHeader("plan")],
    answers: { 200: { description: "The plan, with its digest as ETag", schema: PlanRecord } },
  }, async ({ params: { id }, body, request, correlationId }) => {
    const digest = seenDigest(request);
    const plan = planWithId(body, id);
    const asked = digest === undefined ? { plan } : { plan, digest };
    const record = await call("conductor", "save_plan", asked, { correlationId }).catch((error) => {
      throw isChanged(error) ? preconditionFailed(error, request) : error;
    });
    return answer(record);
  }),

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
    summary:
      "Runs a plan, or asks for it where a policy wants an approval. The key needs the scopes of all its effects.",
    scope: "any",
    params,
    headers: [{
      name: "Idempotency-Key",
      description: "The same key begins one run; a repetition gets the same answer.",
    }],
    answers: {
      202: {
        description: "The run has begun, or begins by itself once what `approval` names is approved",
        schema: SERVICES.conductor.run_plan.result,
      },
    },
  }, async ({ params: { id: planId }, key, request, correlationId }) => {
    const once = idempotencyKey(request.headers);
    const { plan } = await call("conductor", "plan", { id: planId }, { correlationId });
    requirePlanScopes(plan, manifests, (scope) => requireScope(key, scope));
    const begun = await call("conductor", "run_plan", {
      planId,
      effects: effectsOf(key),
      by: actorOf(key),
      ...(once === undefined ? {} : { runId: derivedId(planId, `run ${key?.id} ${once}`) }),
    }, { correlationId });
    return json(begun, { status: 202, headers: { Location: `/v1/runs/${begun.runId}` } });
  }),
];

function complete(body: z.output<typeof PlanBody>): Plan {
  return {
    ...body,
    id: body.id ?? newId(),
    provenance: body.provenance ?? { provider: "hand", createdAt: Date.now() },
  };
}

/** @throws {ValidationError} `INVALID_REQUEST` for another one's id */
function planWithId(body: z.output<typeof PlanBody>, id: Id): Plan {
  if (body.id === undefined || body.id === id) return complete({ ...body, id });
  const message = `expected '${id}': the id of a plan stays`;
  throw new ValidationError("INVALID_REQUEST", `Cannot read plan: id: ${message}`, {
    issues: [{ path: ["id"], message }],
  });
}

/** Another plan than the caller has seen; one that runs is a conflict too, of another kind. */
const isChanged = (error: unknown) => error instanceof PatchbayError && "seen" in error.context;

function answer(record: PlanRecord, { status = 200, headers = {} } = {}): Response {
  const tag: Record<string, string> = record.digest === undefined ? {} : { ETag: `"${record.digest}"` };
  return json(record, { status, headers: { ...headers, ...tag, "Cache-Control": "private, no-cache" } });
}

function verdict(plan: unknown, manifests: GatewayDeps["manifests"]): z.infer<typeof Verdict> {
  const validated = validatePlan(plan, { manifests: manifests.apps });
  return { ok: validated.ok, issues: validated.ok ? [] : [...validated.issues] };
}
