/** Plans: kept, changed, approved, rejected, run; and the policies that ask for approvals. */
import { z } from "zod";
import {
  ApprovalState,
  type Id,
  type Plan,
  PlanRecord,
  type Policies,
  PoliciesRecord,
  Rehearsal,
  SERVICES,
  type Step,
  type StepId,
  ValidationIssue,
} from "@patchbay/contracts";
import type { CallOptions, Http } from "./http.ts";

/** A plan as a person writes it: what is left out is filled in. */
export type PlanDraft = Partial<Omit<Plan, "steps">> & {
  steps: readonly (Pick<Step, "id" | "app" | "command"> & Partial<Step>)[];
};

/** Only some steps of a plan. */
export type VerdictOptions = CallOptions & { steps?: readonly StepId[] };

const Verdict = z.looseObject({ ok: z.boolean(), issues: z.array(ValidationIssue) });
const VERBS = SERVICES.conductor;
const part = encodeURIComponent;
const ifMatch = (tag: string | number | undefined) => ({
  headers: tag === undefined ? {} : { "If-Match": `"${tag}"` },
});

export const plans = (http: Http) => ({
  list: async ({ limit, ...options }: CallOptions & { limit?: number } = {}): Promise<PlanRecord[]> =>
    (await http.call({ method: "GET", path: "/v1/plans", query: { limit } }, VERBS.plans.result, options)).plans,
  get: (id: Id, options?: CallOptions): Promise<PlanRecord> =>
    http.call({ method: "GET", path: `/v1/plans/${part(id)}` }, PlanRecord, options),
  /** @throws {PatchbayError} `PLAN_INVALID` with its issues */
  save: (plan: PlanDraft, options?: CallOptions): Promise<PlanRecord> =>
    http.call({ method: "POST", path: "/v1/plans", json: plan }, PlanRecord, options),
  /**
   * Changes a plan that does not run; its approvals no longer hold.
   * @param options.digest of the plan that was seen
   * @throws {PatchbayError} `CONFLICT` where it is another one by now, or runs; `PLAN_INVALID` with its issues
   */
  put: (id: Id, plan: PlanDraft, { digest, ...options }: CallOptions & { digest?: string } = {}): Promise<PlanRecord> =>
    http.call({ method: "PUT", path: `/v1/plans/${part(id)}`, json: plan, ...ifMatch(digest) }, PlanRecord, options),
  validate: (plan: unknown, options?: CallOptions) =>
    http.call({ method: "POST", path: "/v1/plans/validate", json: plan }, Verdict, options),
  /**
   * Tries a plan on simulators that hold the present state; no application is touched. It may take a minute.
   * @throws {PatchbayError} `PLAN_INVALID`, `SERVICE_UNAVAILABLE` where nothing rehearses, `RATE_LIMITED`
   */
  rehearse: (id: Id, options?: CallOptions): Promise<Rehearsal> =>
    http.call({ method: "POST", path: `/v1/plans/${part(id)}/rehearse` }, Rehearsal, options),
  /** Ends a rehearsal of the plan that runs now. */
  cancelRehearsal: async (id: Id, options?: CallOptions): Promise<void> => {
    await http.call({ method: "DELETE", path: `/v1/plans/${part(id)}/rehearsal` }, z.looseObject({}), options);
  },
  /** The latest rehearsal of a plan; its digest is that of the plan which was rehearsed. @throws {PatchbayError} `NOT_FOUND` */
  rehearsal: (id: Id, options?: CallOptions): Promise<Rehearsal> =>
    http.call({ method: "GET", path: `/v1/plans/${part(id)}/rehearsal` }, Rehearsal, options),
  /** What stands between a plan and its run. */
  approval: (id: Id, options?: CallOptions): Promise<ApprovalState> =>
    http.call({ method: "GET", path: `/v1/plans/${part(id)}/approval` }, ApprovalState, options),
  /**
   * Approves the plan with this digest, or steps of it. A run that waits for that begins; the answer names it.
   * @throws {PatchbayError} `CONFLICT` where it has changed or is no longer asked for, `FORBIDDEN`, `POLICY_DENIED`
   */
  approve: (id: Id, digest: string, { steps, ...options }: VerdictOptions = {}) =>
    http.call(
      { method: "POST", path: `/v1/plans/${part(id)}/approve`, json: { digest, steps } },
      VERBS.approve_plan.result,
      options,
    ),
  /** Says no to the plan with this digest, or takes steps out of it with all that needs them. */
  reject: (id: Id, digest: string, { steps, reason, ...options }: VerdictOptions & { reason?: string } = {}) =>
    http.call(
      { method: "POST", path: `/v1/plans/${part(id)}/reject`, json: { digest, steps, reason } },
      PlanRecord,
      options,
    ),
  /**
   * Runs a plan, or asks for it: with the status `awaiting_approval` it begins by itself, under the id that is answered, once
   * what `approval` names is approved.
   * @param options.idempotencyKey asking twice with one begins one run
   */
  run: (id: Id, { idempotencyKey, ...options }: CallOptions & { idempotencyKey?: string } = {}) =>
    http.call(
      {
        method: "POST",
        path: `/v1/plans/${part(id)}/run`,
        headers: idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey },
      },
      VERBS.run_plan.result,
      options,
    ),
});

export const policies = (http: Http) => ({
  get: (options?: CallOptions): Promise<PoliciesRecord> =>
    http.call({ method: "GET", path: "/v1/policies" }, PoliciesRecord, options),
  /**
   * Changes the policies; the key needs the scope `admin`.
   * @param options.revision the one that was seen
   * @throws {PatchbayError} `CONFLICT` where they are at another one by now
   */
  put: (policies: z.input<typeof Policies>, { revision, ...options }: CallOptions & { revision?: number } = {}) =>
    http.call({ method: "PUT", path: "/v1/policies", json: policies, ...ifMatch(revision) }, PoliciesRecord, options),
});
