/** Decides by what holds now: the policies and the manifests as they are at this moment. */
import {
  type Actor,
  type AppName,
  type Approval,
  type ApprovalState,
  type ManifestDocument,
  type Plan,
  planDigest,
} from "@patchbay/contracts";
import { decide } from "./decide.ts";
import type { PolicyStore } from "./policy_store.ts";

/**
 * What stands between a plan and its run: for whoever is about to run it, for the plan that a run gets on its way, for what a
 * trigger fires.
 * @param by under whose policies; the rules that name a key match nobody else
 * @param approvals that were given; those of another plan or that have expired do not count
 */
export type Decide = (
  plan: Pick<Plan, "steps" | "projectId" | "priority">,
  by?: Actor,
  approvals?: readonly Approval[],
) => Promise<ApprovalState>;

export interface DeciderDeps {
  policies: PolicyStore;
  manifests(): ReadonlyMap<AppName, ManifestDocument>;
  /** In milliseconds since 1970. */
  now(): number;
}

export const createDecider =
  ({ policies, manifests, now }: DeciderDeps): Decide => async (plan, by, approvals = []) => {
    const [digest, { policies: rules }] = await Promise.all([planDigest(plan), policies.get()]);
    return decide(plan, digest, { policies: rules, manifests: manifests(), by, approvals, now: now() });
  };
