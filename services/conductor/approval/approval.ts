/** Approval: what stands between a plan and its run, and who said yes or no to it. */
import type { AnyEndpoint, Bus } from "@patchbay/bus";
import type { PlanStore } from "../plan_store.ts";
import type { Runs } from "../execution/runs.ts";
import { Approvals } from "./approvals.ts";
import type { Decide } from "./decider.ts";
import { approvalEndpoints } from "./endpoints.ts";
import type { PolicyStore } from "./policy_store.ts";
import { RunRequests } from "./run_requests.ts";

export interface ApprovalDeps {
  bus: Bus;
  plans: PlanStore;
  runs: Runs;
  policies: PolicyStore;
  decide: Decide;
  /** In milliseconds since 1970. */
  now(): number;
  /** Fires when the conductor leaves. */
  signal: AbortSignal;
}

/** Runs that are asked for, and the verbs. */
export function createApproval(deps: ApprovalDeps): { requests: RunRequests; endpoints: AnyEndpoint[] } {
  const { runs, signal } = deps;
  const requests = new RunRequests(deps);
  const approvals = new Approvals({
    ...deps,
    requests,
    run: (runId) => runs.get(runId, signal),
    cancel: (runId, asked) => requests.cancel(runId, asked, signal),
  });
  return { requests, endpoints: approvalEndpoints({ ...deps, approvals, requests }) };
}
