/** Approving and rejecting plans: each bound to the exact plan that was looked at. */
import {
  type Actor,
  type Approval,
  type ApprovalState,
  ConflictError,
  type Effect,
  type Id,
  PatchbayError,
  type Plan,
  type PlanRecord,
  type PlanStatus,
  type Run,
  type StepId,
  ValidationError,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { isRunning, type Kept, type PlanStore } from "../plan_store.ts";
import type { Decide } from "./decider.ts";
import { statusOf, thatHold } from "./decide.ts";
import type { PolicyStore } from "./policy_store.ts";
import { refuseChanged, refuseDenied, remedyFor, wrongState } from "./refusals.ts";
import type { RunRequests, Withdrawal } from "./run_requests.ts";
import { withoutSteps } from "./without_steps.ts";

export interface ApprovalsDeps {
  plans: PlanStore;
  policies: PolicyStore;
  requests: RunRequests;
  decide: Decide;
  /** In milliseconds since 1970. */
  now(): number;
  /** A run that has begun, as its log leaves it. */
  run(runId: Id): Promise<Run>;
  /** A run that waits on its way ends. */
  cancel(runId: Id, asked: Withdrawal): Promise<void>;
}

/** Who says what of which plan. */
export interface Verdict {
  planId: Id;
  /** Of the plan that was looked at. */
  digest: string;
  /** @default all */
  steps?: readonly StepId[] | undefined;
  by: Actor;
}

/** As many as a record holds. */
const MAX_APPROVALS = 100;
/** A plan in one of these is about to run, or may be. */
const OPEN: ReadonlySet<PlanStatus> = new Set(["draft", "validated", "rehearsed", "awaiting_approval"]);
const log = logger("conductor");

export class Approvals {
  readonly #deps: ApprovalsDeps;

  constructor(deps: ApprovalsDeps) {
    this.#deps = deps;
  }

  /** What stands between a plan and its run: for whoever has asked for the run, else for `by`. */
  async state(planId: Id, by: Actor | undefined): Promise<ApprovalState> {
    return await this.#stateOf(await this.#deps.plans.get(planId), by);
  }

  /**
   * Approves a plan, or steps of it, for as long as the policies say. A run that waits for that begins. Approving again what
   * runs already changes nothing.
   * @param effects what whoever approves may do themselves
   * @throws {ConflictError} the plan has changed, was rejected, is no longer asked for, or has been run
   * @throws {PatchbayError} `POLICY_DENIED`, `FORBIDDEN`, `PLAN_INVALID` when it no longer holds
   */
  async approve(
    verdict: Verdict,
    effects?: readonly Effect[],
    signal?: AbortSignal,
  ): Promise<{ approval: ApprovalState; runId?: Id }> {
    const { planId, digest, by } = verdict;
    for (;; await this.#deps.requests.pause(signal)) {
      const kept = await this.#deps.plans.find(planId);
      const { record } = kept;
      refuseChanged("approve", record, digest);
      if (verdict.steps !== undefined) refuseUnknown("approve", record.plan, verdict.steps);
      if (record.requested?.withdrawn !== undefined) {
        throw wrongState("approve", { ...record, status: "cancelled" }, open());
      }
      const runId = record.requested?.runId ?? record.runId;
      if (isApprovedAndRan(record, verdict)) {
        return { approval: await this.#stateOf(record, by), ...(runId === undefined ? {} : { runId }) };
      }
      if (!OPEN.has(record.status)) throw wrongState("approve", record, open());
      const before = await this.#stateOf(record, by);
      refuseDenied(planId, before);
      refuseForeign(verdict, before, effects, isRunning(record) || record.requested?.changed === true);
      const approval = await this.#approval(verdict);
      const approvals = [...this.#others(record, verdict), approval].slice(-MAX_APPROVALS);
      const after = await this.#stateOf({ ...record, approvals }, by);
      const begun = await this.#put(kept, approvals, after);
      if (begun === "beaten") continue;
      log.info("'{by}' approved {steps} of plan {plan}", { by: by.name, steps: verdict.steps ?? "all", plan: planId });
      return { approval: after, ...(begun === "begun" && runId !== undefined ? { runId } : {}) };
    }
  }

  /**
   * Says no to a plan, or takes steps out of it with all that needs them. A run that waits does not begin; where only steps were
   * taken out, it waits on.
   * @throws {ConflictError} the plan has changed, or has been run
   * @throws {PatchbayError} `PLAN_INVALID` when what is left does not hold
   */
  async reject(verdict: Verdict, reason?: string, signal?: AbortSignal): Promise<PlanRecord> {
    const { planId, digest, steps, by } = verdict;
    const { plans, requests, now, cancel } = this.#deps;
    for (;; await requests.pause(signal)) {
      const kept = await plans.find(planId);
      const { record } = kept;
      if (record.digest === digest && record.rejected !== undefined && steps === undefined) return record;
      refuseChanged("reject", record, digest);
      if (!OPEN.has(record.status)) throw wrongState("reject", record, open());
      if (steps !== undefined) refuseUnknown("reject", record.plan, steps);
      const left = steps === undefined ? [] : withoutSteps(record.plan, steps);
      if (left.length > 0) return await this.#takeOut(record, left, by);
      const why = { by, ...(reason === undefined ? {} : { reason }) };
      if (record.runId !== undefined && isRunning(record)) {
        await cancel(record.runId, why);
        return await plans.get(planId);
      }
      const change = { approvals: [], rejected: { ...why, at: now() } };
      const { requested } = record;
      const done = requested === undefined
        ? await beatsOthers(() => plans.update({ ...record, ...change, status: "cancelled" }, kept.revision))
        : await requests.withdraw({ ...kept, record: { ...record, requested } }, why, change);
      if (!done) continue;
      log.info("'{by}' rejected plan {plan}", { by: by.name, plan: planId });
      return await plans.get(planId);
    }
  }

  async #takeOut({ plan, digest }: Kept["record"], steps: Plan["steps"], by: Actor): Promise<PlanRecord> {
    const record = await this.#deps.plans.save({ ...plan, steps }, digest);
    log.info("'{by}' took {count} steps out of plan {plan}", {
      by: by.name,
      count: plan.steps.length - steps.length,
      plan: plan.id,
    });
    return record;
  }

  /** Under the policies of whoever asked for the run that waits. */
  async #stateOf(record: PlanRecord, by: Actor | undefined): Promise<ApprovalState> {
    const { plan, status, requested, approvals, runId } = record;
    const { decide, run } = this.#deps;
    if (requested !== undefined) return await decide(plan, requested.by, approvals);
    if (status !== "awaiting_approval" || runId === undefined) return await decide(plan, by, approvals);
    // one that waits on its way: what it has done already is nobody's to allow
    const paused = await run(runId);
    const state = await decide(plan, paused.by, approvals);
    const steps = state.steps.filter(({ stepId }) => (paused.steps[stepId]?.status ?? "pending") === "pending");
    return { ...state, status: statusOf(steps), steps };
  }

  async #approval({ digest, steps, by }: Verdict): Promise<Approval> {
    const { policies: { approvalTtlMs } } = await this.#deps.policies.get();
    const at = this.#deps.now();
    return {
      digest,
      by,
      at,
      expiresAt: at + approvalTtlMs,
      ...(steps === undefined ? {} : { steps: [...new Set(steps)] }),
    };
  }

  /** Approvals besides one that is given again. */
  #others({ digest, approvals = [] }: Kept["record"], verdict: Verdict): Approval[] {
    return thatHold(approvals, digest, this.#deps.now()).filter((approval) => !isSame(approval, verdict));
  }

  async #put(
    kept: Kept,
    approvals: Approval[],
    after: ApprovalState,
  ): Promise<"kept" | "begun" | "beaten"> {
    const { plans, requests } = this.#deps;
    const { record, revision } = kept;
    const { requested } = record;
    if (after.status !== "allowed" || record.status !== "awaiting_approval") {
      return await beatsOthers(() => plans.update({ ...record, approvals }, revision)) ? "kept" : "beaten";
    }
    if (requested !== undefined) {
      const plan = await plans.check(
        record.plan,
        requested.effects === undefined ? {} : { effects: requested.effects },
      );
      const start = { plan, request: requested, approval: after, promised: true };
      return await requests.begin(kept, start, approvals) ? "begun" : "beaten";
    }
    // a run that waits on its way sees it in the record, and goes on
    const goesOn = { ...record, approvals, status: "running" as const };
    return await beatsOthers(() => plans.update(goesOn, revision)) ? "begun" : "beaten";
  }
}

const open = () => `one of ${[...OPEN].join(", ")}`;

/** Whether this was approved before, and the plan has begun for it. */
function isApprovedAndRan(record: PlanRecord, verdict: Verdict): boolean {
  if (record.status === "running") return true;
  const ran = record.status === "succeeded" || record.status === "failed" || record.status === "undone";
  return ran && (record.approvals ?? []).some((approval) => isSame(approval, verdict));
}

function isSame(approval: Approval, { digest, steps, by }: Verdict): boolean {
  return approval.digest === digest && approval.by.key === by.key && list(approval.steps) === list(steps);
}

const list = (steps: readonly StepId[] | undefined) => steps === undefined ? "all" : [...new Set(steps)].sort().join();

/**
 * Nobody allows what they may not do: what asks; and all of a plan that nobody has asked for as it is, since a run got it on
 * its way, or somebody changed it.
 */
function refuseForeign(
  { planId, steps, by }: Verdict,
  state: ApprovalState,
  effects: readonly Effect[] | undefined,
  isNobodys: boolean,
): void {
  if (effects === undefined) return;
  const covered = steps === undefined ? undefined : new Set(steps);
  const foreign = state.steps.find(({ stepId, decision, effect }) =>
    (isNobodys || decision === "ask") && (covered === undefined || covered.has(stepId)) && !effects.includes(effect)
  );
  if (foreign === undefined) return;
  const { stepId, effect } = foreign;
  throw new PatchbayError(
    "FORBIDDEN",
    `Cannot approve plan '${planId}' with key '${by.key}': it may not do what step '${stepId}' does, which has the effect '${effect}'`,
    { context: { effect, stepId }, remedy: remedyFor(effect) },
  );
}

function refuseUnknown(action: string, plan: Plan, steps: readonly StepId[]): void {
  const known = new Set(plan.steps.map(({ id }) => id));
  const issues = steps.flatMap((id, i) =>
    known.has(id) ? [] : [{ path: ["steps", i], message: `there is no step '${id}'`, code: "reference" }]
  );
  if (issues.length === 0) return;
  throw new ValidationError("INVALID_ARGUMENTS", `Cannot ${action} plan '${plan.id}': ${issues[0]?.message}`, {
    issues,
  });
}

/** Whether the record was the one that was looked at. */
async function beatsOthers(update: () => Promise<void>): Promise<boolean> {
  try {
    await update();
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}
