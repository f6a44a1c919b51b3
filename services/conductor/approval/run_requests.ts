/**
 * Runs that somebody asks for: begun at once, or kept with the plan until what they need is approved. The plan's record is the
 * point at which asking, approving, rejecting, changing and cancelling meet: each changes the revision that it has looked at, so
 * that one of them wins. The lease of the run is taken before that, so that another conductor goes on with what was decided.
 */
import type { Bus, Lease } from "@patchbay/bus";
import {
  type Actor,
  type Approval,
  type ApprovalState,
  ConflictError,
  type Effect,
  type Id,
  newId,
  PatchbayError,
  type Plan,
  type PlanRecord,
  type PlanStatus,
  type Run,
  type RunRequest,
  type TriggerId,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { setTimeout as wait } from "node:timers/promises";
import type { Runs } from "../execution/runs.ts";
import { isRunning, type Kept, type PlanStore } from "../plan_store.ts";
import { tellOfWaiting } from "../alerts.ts";
import type { Decide } from "./decider.ts";
import { isRejected, refuseChanged, refuseDenied, wrongState } from "./refusals.ts";
import { writeWithdrawnRun } from "./withdrawn_run.ts";

export interface RunRequestsDeps {
  bus: Bus;
  plans: PlanStore;
  runs: Runs;
  decide: Decide;
  /** In milliseconds since 1970. */
  now(): number;
  /** Fires when the conductor leaves. */
  signal: AbortSignal;
}

/** Who asks for a run of which plan. */
export interface RunQuestion {
  planId: Id;
  /** Asking twice with one begins one run. @default a new one */
  runId?: Id | undefined;
  /** @default nobody: only the rules that name no key */
  by?: Actor | undefined;
  /** What whoever asks may do. @default all */
  effects?: readonly Effect[] | undefined;
  /** Of the plan that they mean. @default whatever it is by now */
  digest?: string | undefined;
  /** The trigger that asks. */
  trigger?: TriggerId | undefined;
  /** The triggers that led to it, the first one first and `trigger` last. */
  chain?: TriggerId[] | undefined;
  correlationId: Id;
  /** Fires when nobody waits for the answer any more. */
  signal?: AbortSignal;
}

export interface RunAnswer {
  runId: Id;
  /** `awaiting_approval`: it begins once what `approval` names is approved. */
  status: "running" | "awaiting_approval";
  approval?: ApprovalState;
}

/** Who ended it before it began, and why. */
export type Withdrawal = NonNullable<RunRequest["withdrawn"]>;

/** What is about to become a run. */
interface Start {
  plan: Plan;
  request: RunRequest;
  approval: ApprovalState;
  /** Whether it was promised: then it begins also where this conductor dies. */
  promised: boolean;
}

/** States from which a plan may be run: also again, once it has been. */
const RUNNABLE: ReadonlySet<PlanStatus> = new Set([
  "validated",
  "rehearsed",
  "awaiting_approval",
  "succeeded",
  "failed",
  "cancelled",
  "undone",
]);
/** Somebody else is just about to begin the run: looked at again, in milliseconds. */
const LOOK_AGAIN_MS = 50;
const log = logger("conductor");

export class RunRequests {
  readonly #deps: RunRequestsDeps;

  constructor(deps: RunRequestsDeps) {
    this.#deps = deps;
  }

  /**
   * Begins a run, or keeps the question until it is approved.
   * @throws {PatchbayError} `NOT_FOUND`, `POLICY_DENIED`, `PLAN_INVALID` when the plan no longer holds, or does what `effects` does not have
   * @throws {ConflictError} it is running already, was rejected, or is another one than is meant
   */
  async ask(question: RunQuestion): Promise<RunAnswer> {
    for (;; await this.pause(question.signal)) {
      const kept = await this.#deps.plans.find(question.planId);
      const answered = await this.#answered(kept.record, question);
      if (answered !== undefined) return answered;
      const { record } = kept;
      if (question.digest !== undefined) refuseChanged("run", record, question.digest);
      if (record.rejected !== undefined) throw isRejected("run", record.plan.id, record.rejected);
      if (isRunning(record) || !RUNNABLE.has(record.status)) {
        throw wrongState("run", record, `one of ${[...RUNNABLE].join(", ")}`);
      }
      const plan = await this.#check(record.plan, question.effects);
      const approval = await this.#deps.decide(plan, question.by, record.approvals);
      refuseDenied(plan.id, approval);
      const promised = record.requested;
      const request = requestOf(question, record.digest, promised, this.#deps.now());
      if (approval.status === "allowed") {
        const begun = await this.begin(kept, { plan, request, approval, promised: promised !== undefined });
        if (begun) return { runId: request.runId, status: "running" };
      } else if (
        promised !== undefined || await this.#keep(kept, { ...record, status: "awaiting_approval", requested: request })
      ) {
        const { runId } = promised ?? request;
        log.info("run {run} of plan {plan} waits for an approval", { run: runId, plan: plan.id });
        // it waits whether anybody hears of it or not
        void tellOfWaiting(this.#deps.bus, { plan, runId }, this.#deps.signal).catch((error) =>
          log.warn("nobody was told that run {run} waits", { run: runId, error })
        );
        return { runId, status: "awaiting_approval", approval };
      }
    }
  }

  /**
   * Gives a plan to its run, and begins it; whether it could: if not, the record has changed, or another conductor begins the run.
   * @throws {PatchbayError} what keeps the log from beginning
   */
  async begin(kept: Kept, { plan, request, approval, promised }: Start, approvals?: Approval[]): Promise<boolean> {
    const lease = await this.#deps.runs.lease(request.runId);
    if (lease === undefined) return false;
    const { requested: _, ...rest } = kept.record;
    const record: PlanRecord = {
      ...rest,
      status: "running",
      runId: request.runId,
      ...(promised ? { requested: request } : {}),
      ...(approvals === undefined ? {} : { approvals }),
    };
    if (!await this.#keep(kept, record, lease)) return false;
    await this.#launch(plan, request, approval, lease);
    return true;
  }

  /**
   * A run that was asked for is not to begin any more; whether it could be withdrawn: if not, the record has changed.
   * @param change what else becomes of the record
   */
  async withdraw(
    kept: Kept & { record: { requested: RunRequest } },
    withdrawn: Withdrawal,
    change: Pick<PlanRecord, "rejected" | "approvals"> = {},
  ): Promise<boolean> {
    const request = { ...kept.record.requested, withdrawn };
    const lease = await this.#deps.runs.lease(request.runId);
    if (lease === undefined) return false;
    const record: PlanRecord = {
      ...kept.record,
      ...change,
      status: "running",
      runId: request.runId,
      requested: request,
    };
    if (!await this.#keep(kept, record, lease)) return false;
    await this.#endWithdrawn(record.plan, request, lease);
    return true;
  }

  /**
   * Asks for the end of a run, whether it has begun or waits for an approval; resolves once the log says so.
   * @throws {PatchbayError} `NOT_FOUND`
   * @throws {ConflictError} it has ended otherwise
   */
  async cancel(runId: Id, asked: Withdrawal, signal: AbortSignal): Promise<void> {
    const { runs, plans } = this.#deps;
    for (;; await this.pause(signal)) {
      try {
        return await runs.cancel(runId, asked.reason, signal);
      } catch (error) {
        if (!(error instanceof PatchbayError) || error.code !== "NOT_FOUND") throw error;
        const kept = await plans.ofRun(runId);
        const request = kept?.record.requested;
        const begins = kept?.record.status === "running" && kept.record.runId === runId;
        if (begins) continue;
        if (kept === undefined || request?.runId !== runId) {
          // it may have begun and ended between the two looks: then its log says so
          if (kept?.record.runId === runId) return await runs.cancel(runId, asked.reason, signal);
          throw error;
        }
        if (await this.withdraw({ ...kept, record: { ...kept.record, requested: request } }, asked)) return;
      }
    }
  }

  /** A run that waits for an approval, as it would begin; `undefined` where nobody has asked for it. */
  async waiting(runId: Id): Promise<Run | undefined> {
    const record = (await this.#deps.plans.ofRun(runId))?.record;
    if (record?.requested?.runId !== runId) return undefined;
    const { plan, digest, requested: { correlationId, at, by, trigger } } = record;
    return {
      id: runId,
      plan,
      status: "awaiting_approval",
      awaiting: digest,
      correlationId,
      startedAt: at,
      ...(by === undefined ? {} : { by }),
      ...(trigger === undefined ? {} : { trigger }),
      steps: Object.fromEntries(plan.steps.map(({ id }) => [id, { status: "pending" as const }])),
    };
  }

  /**
   * A run that has its plan and no log: whoever was to begin it died. One that was approved begins, if its approvals still
   * hold; one that was withdrawn ends; of one whose caller got no answer, the plan is given back.
   */
  async goOn(runId: Id): Promise<void> {
    const { plans, runs, decide } = this.#deps;
    const found = await plans.ofRun(runId);
    if (found === undefined || found.record.status !== "running" || found.record.runId !== runId) return;
    const lease = await runs.lease(runId);
    if (lease === undefined) return;
    const kept = await plans.find(found.record.plan.id);
    const { plan, requested, approvals } = kept.record;
    if (kept.revision !== found.revision || await runs.hasBegun(runId)) return await lease[Symbol.asyncDispose]();
    if (requested?.runId !== runId) {
      // its log ends too: whoever was to begin it may only be slow
      const withdrawn = { reason: "its conductor went before it began" };
      const given = { runId, digest: kept.record.digest, at: this.#deps.now(), correlationId: newId(), withdrawn };
      return await this.#endWithdrawn(plan, given, lease, "validated");
    }
    if (requested.withdrawn !== undefined) return await this.#endWithdrawn(plan, requested, lease);
    log.warn("run {run} of plan {plan} was approved and had not begun", { run: runId, plan: plan.id });
    try {
      const checked = await this.#check(plan, requested.effects);
      const approval = await decide(checked, requested.by, approvals);
      refuseDenied(plan.id, approval);
      if (approval.status === "allowed") return await this.#launch(checked, requested, approval, lease);
      const { runId: _, ...rest } = kept.record;
      if (await this.#keep(kept, { ...rest, status: "awaiting_approval" }, lease)) await lease[Symbol.asyncDispose]();
    } catch (error) {
      const refused = error instanceof PatchbayError &&
        (error.code === "POLICY_DENIED" || error.code === "PLAN_INVALID");
      if (!refused) {
        await lease[Symbol.asyncDispose]();
        throw error;
      }
      const request = { ...requested, withdrawn: { reason: error.message.slice(0, 500) } };
      if (await this.#keep(kept, { ...kept.record, requested: request }, lease)) {
        await this.#endWithdrawn(plan, request, lease);
      }
    }
  }

  /** Until it is worth while to look again: another one has changed the record, or is about to begin the run. */
  async pause(asking?: AbortSignal): Promise<void> {
    const signal = asking === undefined ? this.#deps.signal : AbortSignal.any([asking, this.#deps.signal]);
    await wait(LOOK_AGAIN_MS, undefined, { signal });
  }

  /** What was answered when this was asked before. */
  async #answered({ plan, runId, requested, status, approvals }: PlanRecord, { runId: wanted }: RunQuestion) {
    if (wanted === undefined) return undefined;
    if (requested?.runId === wanted && status === "awaiting_approval") {
      const approval = await this.#deps.decide(plan, requested.by, approvals);
      return { runId: wanted, status: "awaiting_approval" as const, approval };
    }
    if (runId !== wanted && !await this.#deps.runs.hasBegun(wanted)) return undefined;
    return { runId: wanted, status: "running" as const };
  }

  #check(plan: Plan, effects: readonly Effect[] | undefined): Promise<Plan> {
    return this.#deps.plans.check(plan, effects === undefined ? {} : { effects });
  }

  /** Whether the record is the one that was looked at; if not, a lease that was taken for it is given back. */
  async #keep({ revision }: Kept, record: PlanRecord, lease?: Lease): Promise<boolean> {
    try {
      await this.#deps.plans.update(record, revision);
      return true;
    } catch (error) {
      await lease?.[Symbol.asyncDispose]();
      if (error instanceof ConflictError) return false;
      throw error;
    }
  }

  async #launch(plan: Plan, request: RunRequest, { steps, approvals }: ApprovalState, lease: Lease): Promise<void> {
    const { runId, correlationId, by, trigger, chain } = request;
    const asked = steps.some(({ decision }) => decision === "ask");
    await this.#deps.runs.begin({
      runId,
      plan,
      correlationId,
      ...(by === undefined ? {} : { by }),
      ...(trigger === undefined ? {} : { trigger }),
      ...(chain === undefined ? {} : { chain }),
      // who allowed what nobody had to ask for says nothing
      ...(asked ? { approvals } : {}),
    }, lease);
  }

  async #endWithdrawn(
    plan: Plan,
    request: RunRequest,
    lease: Lease,
    becomes: "cancelled" | "validated" = "cancelled",
  ): Promise<void> {
    const { bus, now, plans, signal } = this.#deps;
    try {
      await writeWithdrawnRun(bus, plan, request, { at: now(), signal: AbortSignal.any([signal, lease.lost]) });
      await plans.settle(plan.id, request.runId, becomes);
      log.info("run {run} of plan {plan} does not begin", { run: request.runId, plan: plan.id });
    } finally {
      // where not all of it was written, whoever sees the lease go writes the rest
      await lease[Symbol.asyncDispose]();
    }
  }
}

/** A run that was promised keeps its id, whoever makes it begin. */
function requestOf(
  { runId, by, effects, trigger, chain, correlationId }: RunQuestion,
  digest: string,
  promised: RunRequest | undefined,
  now: number,
): RunRequest {
  return {
    runId: promised?.runId ?? runId ?? newId(),
    digest,
    at: promised?.at ?? now,
    correlationId: promised?.correlationId ?? correlationId,
    ...(by === undefined ? {} : { by }),
    ...(effects === undefined ? {} : { effects: [...effects] }),
    ...(trigger === undefined ? {} : { trigger }),
    ...(chain === undefined ? {} : { chain }),
  };
}
