/** The verbs of the conductor that keep, approve, reject and begin plans, and keep the policies. */
import { type AnyEndpoint, type Bus, serviceEndpoint, whatFits } from "@patchbay/bus";
import { type ApprovalState, SERVICES } from "@patchbay/contracts";
import type { PlanStore } from "../plan_store.ts";
import type { Approvals } from "./approvals.ts";
import type { PolicyStore } from "./policy_store.ts";
import type { RunRequests } from "./run_requests.ts";

const NAME = "conductor";
const VERBS = SERVICES[NAME];

export interface ApprovalEndpointsDeps {
  bus: Bus;
  plans: PlanStore;
  policies: PolicyStore;
  approvals: Approvals;
  requests: RunRequests;
}

export function approvalEndpoints(
  { bus, plans, policies, approvals, requests }: ApprovalEndpointsDeps,
): AnyEndpoint[] {
  return [
    serviceEndpoint(NAME, "save_plan", {
      payload: VERBS.save_plan.request,
      handler: ({ payload: { plan, digest } }) => plans.save(plan, digest),
    }),
    serviceEndpoint(NAME, "plan", {
      payload: VERBS.plan.request,
      handler: ({ payload }) => plans.get(payload.id),
    }),
    serviceEndpoint(NAME, "plans", {
      payload: VERBS.plans.request,
      handler: async ({ payload }) => ({ plans: whatFits(bus, await plans.list(payload.limit)) }),
    }),
    serviceEndpoint(NAME, "approval", {
      payload: VERBS.approval.request,
      handler: async ({ payload: { planId, by } }) => fitting(bus, await approvals.state(planId, by)),
    }),
    serviceEndpoint(NAME, "approve_plan", {
      payload: VERBS.approve_plan.request,
      handler: async ({ payload: { effects, ...verdict }, signal }) => {
        const { approval, ...begun } = await approvals.approve(verdict, effects, signal);
        return { approval: fitting(bus, approval), ...begun };
      },
    }),
    serviceEndpoint(NAME, "reject_plan", {
      payload: VERBS.reject_plan.request,
      handler: ({ payload: { reason, ...verdict }, signal }) => approvals.reject(verdict, reason, signal),
    }),
    serviceEndpoint(NAME, "run_plan", {
      payload: VERBS.run_plan.request,
      handler: async ({ payload, message, signal }) => {
        const { correlationId } = message.metadata;
        const { approval, ...answer } = await requests.ask({ ...payload, correlationId, signal });
        return approval === undefined ? answer : { ...answer, approval: fitting(bus, approval) };
      },
    }),
    serviceEndpoint(NAME, "policies", {
      payload: VERBS.policies.request,
      handler: () => policies.get(),
    }),
    serviceEndpoint(NAME, "put_policies", {
      payload: VERBS.put_policies.request,
      handler: ({ payload }) => policies.put(payload.policies, payload.revision),
    }),
  ];
}

/** Of a plan of thousands of steps, those that do not simply run. */
function fitting(bus: Bus, state: ApprovalState): ApprovalState {
  if (whatFits(bus, state.steps).length === state.steps.length) return state;
  return { ...state, steps: whatFits(bus, state.steps.filter(({ decision }) => decision !== "allow")) };
}
