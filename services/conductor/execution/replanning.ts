/** Another way for a run of which a step has failed: asked of the planner, checked, and allowed before anything of it begins. */
import { type Bus, callService } from "@patchbay/bus";
import {
  type AppName,
  commandOf,
  type Effect,
  type ErrorCode,
  type ManifestDocument,
  PatchbayError,
  type Plan,
  planDigest,
  type Problem,
  type Run,
  SERVICES,
  type Step,
  type StepId,
  type StepRun,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { Decide } from "../approval/decider.ts";
import type { PlanStore } from "../plan_store.ts";
import type { RunLog } from "./run_log.ts";

export interface ReplanningDeps {
  bus: Bus;
  plans: PlanStore;
  manifests(): ReadonlyMap<AppName, ManifestDocument>;
  /** What the policies say of the new plan. @default all is allowed */
  decide?: Decide | undefined;
}

/** A run at rest that needs another way, or waits for leave to take it. */
export interface Resting {
  run: Run;
  log: RunLog;
  /** Fires when the run is to be cancelled. */
  cancelled: AbortSignal;
  /** Fires when this conductor no longer has the run. */
  abandoned: AbortSignal;
}

/** So often a run gets a new plan. */
export const MAX_REPLANS = 3;
/** A model may think for a while, in milliseconds. */
const PLANNER_TIMEOUT_MS = 180_000;
/** A larger result is left out of what the planner is told: it knows what each command gives. */
const MAX_TOLD_CHARACTERS = 4_000;
/** While a run waits for a person, its log is looked at as often as this for who may have cancelled it, in milliseconds. */
const LOOK_MS = 5_000;
const NOT_THE_PLANNERS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["LEASE_LOST", "BUS_UNAVAILABLE"]);
const log = logger("conductor");

/**
 * Resolves once the run's log has the new plan; or with why there is none.
 * @throws the reason of `abandoned`; what could not be appended
 */
export async function findAnotherWay(
  deps: ReplanningDeps,
  resting: Resting,
  failed: StepId,
): Promise<string | undefined> {
  const { run, cancelled, abandoned, log: runLog } = resting;
  const count = run.replanned ?? 0;
  if (count >= MAX_REPLANS) return `it was planned anew ${count} times already`;
  const problem = run.steps[failed]?.problem;
  if (problem === undefined) return "what went wrong is not known";
  try {
    const steps = await askPlanner(deps.bus, resting, { failed, problem });
    const found = await deps.plans.checkRest(run, steps);
    if (!found.ok) return `the new plan does not hold: ${found.issues[0]?.message}`;
    const { plan } = found;
    const digest = await planDigest(plan);
    const leave = await mayRun(deps, run, plan, found.steps);
    if (leave.refused !== undefined) return leave.refused;
    if (leave.needed !== undefined && (await deps.plans.get(plan.id)).runId !== run.id) {
      return `${leave.needed}, and nobody is asked for plans of which another run has the record`;
    }
    const at = Date.now();
    const replanned = { type: "RUN_REPLANNED", at, plan, because: failed, digest } as const;
    if (!runLog.fits(replanned)) return "the new plan is too large for the run's log";
    log.info("run {run} goes on another way after step {step}: {steps} steps", {
      run: run.id,
      step: failed,
      steps: found.steps.length,
    });
    // first the pause: what needs leave never stands there without
    const paused = leave.needed === undefined
      ? undefined
      : runLog.append({ type: "RUN_PAUSED", at, reason: leave.needed, digest });
    await Promise.all([paused, runLog.append(replanned)]);
    return undefined;
  } catch (error) {
    abandoned.throwIfAborted();
    if (cancelled.aborted) return "the run is cancelled";
    // whoever has the run once the bus is back asks again
    if (!(error instanceof PatchbayError) || NOT_THE_PLANNERS.has(error.code)) throw error;
    return error.message;
  }
}

/** Whether the run waits for leave to take its new plan; one whose plan did not come that far looks for another again. */
export async function isPaused({ status, awaiting, plan, cancelRequestedAt }: Run): Promise<boolean> {
  return status === "awaiting_approval" && cancelRequestedAt === undefined && awaiting === await planDigest(plan);
}

/**
 * Resolves once a paused run may go on, and its log says so; or once it is cancelled.
 * @throws the reason of `abandoned`; what could not be appended
 */
export async function untilAllowed({ plans }: ReplanningDeps, resting: Resting): Promise<void> {
  const { run, log: runLog, cancelled, abandoned } = resting;
  const done = new AbortController();
  const signal = AbortSignal.any([cancelled, abandoned, done.signal]);
  // somebody may have cancelled it in the log without being heard
  const looking = setInterval(() => void runLog.refresh().catch((error) => done.abort(error)), LOOK_MS);
  try {
    const approval = await plans.whenApproved(run, await planDigest(run.plan), signal);
    abandoned.throwIfAborted();
    if (approval !== undefined && !cancelled.aborted) {
      await runLog.append({ type: "RUN_RESUMED", at: Date.now(), approval });
    }
    if (approval === undefined && !cancelled.aborted) {
      throw done.signal.reason ?? new PatchbayError("CONFLICT", `Plan '${run.plan.id}' no longer belongs to its run`);
    }
  } finally {
    clearInterval(looking);
    done.abort();
  }
}

async function askPlanner(
  bus: Bus,
  { run, cancelled, abandoned }: Resting,
  why: { failed: StepId; problem: Problem },
): Promise<Step[]> {
  const { steps } = await callService(bus, "llm-planner", "replan", { run: told(run), ...why }, {
    result: SERVICES["llm-planner"].replan.result,
    source: "conductor",
    correlationId: run.correlationId,
    timeoutMs: PLANNER_TIMEOUT_MS,
    signal: AbortSignal.any([cancelled, abandoned]),
  });
  return steps;
}

function told(run: Run): Run {
  const withoutLarge = ({ rounds: _, args: __, ...step }: StepRun): StepRun => {
    if (step.value === undefined || JSON.stringify(step.value).length <= MAX_TOLD_CHARACTERS) return step;
    const { value: ___, ...rest } = step;
    return rest;
  };
  return { ...run, steps: Object.fromEntries(Object.entries(run.steps).map(([id, step]) => [id, withoutLarge(step)])) };
}

/** By the policies; and what the run's plan did not do so far, a person is asked for: nobody has let it. */
async function mayRun(
  { decide, manifests }: ReplanningDeps,
  run: Run,
  plan: Plan,
  rest: readonly Step[],
): Promise<{ refused?: string; needed?: string }> {
  const effectOf = (step: Step): Effect => commandOf(step, manifests())?.effect ?? "open";
  const before = new Set<Effect>(["read", ...run.plan.steps.map(effectOf)]);
  const added = rest.map(effectOf).find((effect) => !before.has(effect));
  const fresh = new Set(rest.map(({ id }) => id));
  // what has ended was decided on when it began
  const decisions = (await decide?.(plan, run.by, run.approvals))?.steps.filter(({ stepId }) => fresh.has(stepId)) ??
    [];
  const denied = decisions.find(({ decision }) => decision === "deny");
  if (denied !== undefined) {
    return { refused: `a policy refuses step '${denied.stepId}' of the new plan: ${denied.reason}` };
  }
  const asked = decisions.find(({ decision, approved }) => decision === "ask" && !approved);
  if (asked !== undefined) {
    return { needed: `step '${asked.stepId}' of the new plan must be approved: ${asked.reason}`.slice(0, 500) };
  }
  return added === undefined ? {} : { needed: `the new plan has the effect '${added}', which the first had not` };
}
