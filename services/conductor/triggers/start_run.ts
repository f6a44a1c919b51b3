/** What a trigger begins: a run of a kept plan, or of a plan whose one step is the trigger's command. */
import {
  type Actor,
  bindEvent,
  ConflictError,
  type Id,
  PatchbayError,
  type Plan,
  type Trigger,
  type TriggerAction,
  type TriggerFiring,
  type TriggerId,
} from "@patchbay/contracts";
import { withCorrelation } from "@patchbay/telemetry";
import { setTimeout as wait } from "node:timers/promises";
import type { Decide } from "../approval/decider.ts";
import { refuseDenied } from "../approval/refusals.ts";
import type { RunRequests } from "../approval/run_requests.ts";
import type { Runs } from "../execution/runs.ts";
import { isRunning, type Kept, type PlanStore } from "../plan_store.ts";
import type { KeptTrigger } from "./records.ts";
import { planIdOf } from "./firing_ids.ts";

export interface StartRunDeps {
  plans: PlanStore;
  runs: Runs;
  requests: RunRequests;
  decide: Decide;
}

export interface WantedRun {
  runId: Id;
  trigger: KeptTrigger;
  /** The triggers that led to it, this one last. */
  chain: readonly TriggerId[];
  /** What `$event` names: an `AppEvent`, or `{ at }`. */
  event: unknown;
}

/** What became of it. */
export type StartedRun = Pick<TriggerFiring, "runId"> & { outcome: "started" | "awaiting_approval" };

/** Begins the run, or asks for its approval; doing so twice with one id begins one run. */
export type StartRun = (wanted: WantedRun, signal: AbortSignal) => Promise<StartedRun>;

/** Another conductor was about to begin the run, and may be dead: looked at again, in milliseconds. */
const LOOK_AGAIN_MS = 250;

/**
 * @returns what rejects with a {@linkcode PatchbayError}: `POLICY_DENIED`, `PLAN_INVALID`, `INVALID_ARGUMENTS` where the event
 *   has nothing for an argument, `NOT_FOUND` for the plan, `CONFLICT` where it is running
 */
export function runStarter(deps: StartRunDeps): StartRun {
  return (wanted, signal) =>
    withCorrelation(wanted.runId, () => {
      const { then } = wanted.trigger;
      return "plan" in then ? ask(deps, then.plan, wanted) : runCommand(deps, then, wanted, signal);
    });
}

async function ask({ requests }: StartRunDeps, planId: Id, wanted: WantedRun): Promise<StartedRun> {
  const { planDigest } = wanted.trigger;
  const { runId, status } = await requests.ask({ planId, digest: planDigest, ...origin(wanted) });
  return { runId, outcome: status === "running" ? "started" : status };
}

/** A plan of one command is kept only where somebody must approve it: the log of the run has it anyway. */
async function runCommand(
  deps: StartRunDeps,
  then: Exclude<TriggerAction, { plan: Id }>,
  wanted: WantedRun,
  signal: AbortSignal,
): Promise<StartedRun> {
  const { trigger, runId } = wanted;
  const effects = trigger.owner?.effects;
  const planned = planOf(trigger, then, wanted.event);
  const kept = await keptPlan(deps.plans, planned.id);
  const plan = await deps.plans.check(planned, effects === undefined ? {} : { effects });
  const approval = await deps.decide(plan, ownerOf(trigger), kept?.record.approvals);
  refuseDenied(plan.id, approval);
  if (approval.status === "allowed") {
    const { effects: _, ...from } = origin(wanted);
    const asked = approval.steps.some(({ decision }) => decision === "ask");
    await begin(deps, { ...from, plan, ...(asked ? { approvals: approval.approvals } : {}) }, signal);
    return { runId, outcome: "started" };
  }
  // while the one that was approved before runs, the next one waits beside it
  const waiting = kept !== undefined && isRunning(kept.record) ? { ...plan, id: runId } : plan;
  await deps.plans.save(waiting);
  return await ask(deps, waiting.id, wanted);
}

/** Of a conductor that died on the way, the lease outlives it for a while. */
async function begin({ runs }: StartRunDeps, start: Parameters<Runs["begin"]>[0], signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      return await runs.begin(start);
    } catch (error) {
      const beaten = error instanceof ConflictError || (error instanceof PatchbayError && error.code === "LEASE_LOST");
      if (!beaten) throw error;
    }
    if (await runs.hasBegun(start.runId)) return;
    await wait(LOOK_AGAIN_MS, undefined, { signal });
  }
}

async function keptPlan(plans: PlanStore, id: Id): Promise<Kept | undefined> {
  try {
    return await plans.find(id);
  } catch (error) {
    if (error instanceof PatchbayError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}

function planOf(trigger: Trigger, then: Exclude<TriggerAction, { plan: Id }>, event: unknown): Plan {
  const { app, bridge, command, args } = then;
  return {
    id: planIdOf(trigger.id),
    ...(trigger.project === undefined ? {} : { projectId: trigger.project }),
    ...(trigger.priority === "normal" ? {} : { priority: trigger.priority }),
    steps: [{ id: "s1", app, bridge, command, args: bindEvent(args, event), dependsOn: [], onError: "stop" }],
    provenance: { provider: "trigger", createdAt: Date.now(), trigger: trigger.id },
  };
}

const ownerOf = ({ owner }: Trigger): Actor | undefined =>
  owner === undefined ? undefined : { key: owner.key, name: owner.name };

/** Who asks, and since what. */
function origin({ runId, trigger, chain }: WantedRun) {
  const by = ownerOf(trigger);
  const effects = trigger.owner?.effects;
  return {
    runId,
    correlationId: runId,
    trigger: trigger.id,
    chain: [...chain],
    ...(by === undefined ? {} : { by }),
    ...(effects === undefined ? {} : { effects }),
  };
}
