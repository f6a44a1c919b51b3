/** What the services ask each other, over `patchbay.v1.svc.<service>.<verb>`: request and answer of every verb. */
import { z } from "zod";
import { Actor, ApprovalState, PlanDigest } from "./approvals.ts";
import { Effect, Result } from "./commands.ts";
import { Id } from "./ids.ts";
import { Link, LinkId, LinkStatus } from "./links.ts";
import { ManifestDocument } from "./manifest_document.ts";
import { AppName, BridgeId } from "./names.ts";
import { Plan, PlanRecord, Provenance } from "./plan.ts";
import { MAX_STEPS, Step, StepId } from "./plan_step.ts";
import { Policies } from "./policies.ts";
import { Presence } from "./presence.ts";
import { Problem } from "./problem.ts";
import { Rehearsal, RehearsalRequest } from "./rehearsal.ts";
import { RunKind, RunStatus } from "./run_events.ts";
import { Run } from "./runs.ts";
import { BridgeState } from "./state.ts";
import { MonitoringSettings, Statistics } from "./statistics.ts";
import { UndoPreview } from "./take_back.ts";
import { Trigger, TriggerFiring, TriggerId, TriggerRecord } from "./triggers.ts";

/** One verb of a service: what it takes and what it answers. */
export interface Verb<Q extends z.ZodType = z.ZodType, A extends z.ZodType = z.ZodType> {
  request: Q;
  result: A;
}

const verb = <Q extends z.ZodType, A extends z.ZodType>(request: Q, result: A): Verb<Q, A> => ({ request, result });

const bridgeAddress = z.looseObject({ app: AppName, bridge: BridgeId });
/** A link as it is kept, with its revision, and how it does. */
export const LinkRecord = z.looseObject({
  link: Link,
  revision: z.number().int().positive(),
  status: LinkStatus.optional(),
});
export type LinkRecord = z.infer<typeof LinkRecord>;

/** The studio's policies, with the revision that a change must name. 0: nobody has changed them yet. */
export const PoliciesRecord = z.looseObject({ policies: Policies, revision: z.number().int().nonnegative() });
export type PoliciesRecord = z.infer<typeof PoliciesRecord>;

/** How the studio watches errors, with the revision that a change must name. 0: nobody has changed it yet. */
export const MonitoringRecord = z.looseObject({
  settings: MonitoringSettings,
  revision: z.number().int().nonnegative(),
});
export type MonitoringRecord = z.infer<typeof MonitoringRecord>;

/** One line about a run. */
export const RunSummary = z.looseObject({
  id: Id,
  planId: Id,
  kind: RunKind,
  of: Id.optional(),
  instruction: z.string().optional(),
  status: RunStatus,
  startedAt: z.number().int(),
  finishedAt: z.number().int().optional(),
  steps: z.number().int().nonnegative(),
});
export type RunSummary = z.infer<typeof RunSummary>;

const empty = z.looseObject({});
const limit = z.number().int().positive().max(1000).default(100);

/** Which run, under whose policies, and what whoever asks may do. @default nobody's, all */
const takeBack = z.looseObject({ runId: Id, by: Actor.optional(), effects: z.array(Effect).optional() });

/** The longest instruction, in characters. */
export const MAX_INSTRUCTION_LENGTH = 20_000;
/** What a person asked for in words. */
export const Instruction = z.string().trim().min(1).max(MAX_INSTRUCTION_LENGTH);

/** Every service with its verbs. @example `SERVICES["conductor"].run.result` */
export const SERVICES = {
  "context-store": {
    apps: verb(empty, z.looseObject({ apps: z.array(ManifestDocument) })),
    app: verb(z.looseObject({ app: AppName }), ManifestDocument),
    bridges: verb(empty, z.looseObject({ bridges: z.array(Presence) })),
    bridge: verb(bridgeAddress, Presence),
    state: verb(bridgeAddress, BridgeState),
    links: verb(empty, z.looseObject({ links: z.array(LinkRecord) })),
    link: verb(z.looseObject({ id: LinkId }), LinkRecord),
    /** Creates or changes; `revision` is the one that the caller has seen, 0 for a new link. */
    put_link: verb(z.looseObject({ link: Link, revision: z.number().int().nonnegative().optional() }), LinkRecord),
    delete_link: verb(z.looseObject({ id: LinkId, revision: z.number().int().positive().optional() }), empty),
    history: verb(bridgeAddress.extend({ limit }), z.looseObject({ results: z.array(Result) })),
  },
  "llm-planner": {
    /** Another way to the same end, after a step failed: the steps that are to come. What has ended is not planned again. */
    replan: verb(
      z.looseObject({ run: Run, failed: StepId, problem: Problem }),
      z.looseObject({ steps: z.array(Step).max(MAX_STEPS), provenance: Provenance }),
    ),
    plan: verb(
      z.looseObject({
        instruction: Instruction,
        /** @default the planner's own default */
        provider: z.string().max(100).optional(),
        project: z.string().max(100).optional(),
      }),
      z.looseObject({ plan: Plan }),
    ),
  },
  conductor: {
    /** A plan that changed has another digest: what was approved before no longer holds. */
    save_plan: verb(
      z.looseObject({
        plan: Plan,
        /** Of the plan that the caller has seen: another one is refused with `CONFLICT`. @default whatever is there */
        digest: PlanDigest.optional(),
      }),
      PlanRecord,
    ),
    plan: verb(z.looseObject({ id: Id }), PlanRecord),
    plans: verb(z.looseObject({ limit }), z.looseObject({ plans: z.array(PlanRecord) })),
    /** What stands between the plan and its run, for whoever asks. */
    approval: verb(z.looseObject({ planId: Id, by: Actor.optional() }), ApprovalState),
    /** A run that waits for this approval begins. */
    approve_plan: verb(
      z.looseObject({
        planId: Id,
        /** Of the plan that was looked at: another one is refused with `CONFLICT`. */
        digest: PlanDigest,
        /** @default all */
        steps: z.array(StepId).min(1).optional(),
        by: Actor,
        /** What whoever approves may do themselves. @default all */
        effects: z.array(Effect).optional(),
      }),
      z.looseObject({ approval: ApprovalState, runId: Id.optional() }),
    ),
    /** The whole plan, or some steps: these are taken out, with all that needs them. */
    reject_plan: verb(
      z.looseObject({
        planId: Id,
        digest: PlanDigest,
        steps: z.array(StepId).min(1).optional(),
        reason: z.string().max(500).optional(),
        by: Actor,
      }),
      PlanRecord,
    ),
    run_plan: verb(
      z.looseObject({
        planId: Id,
        /** Chosen by whoever asks, so that asking twice begins one run. @default a new one */
        runId: Id.optional(),
        /** What whoever asks may do: the plan may have changed since they looked. @default all */
        effects: z.array(Effect).optional(),
        /** Under whose policies. @default nobody's: only the rules that name no key */
        by: Actor.optional(),
      }),
      z.looseObject({
        runId: Id,
        /** `awaiting_approval`: the run begins once what `approval` names is approved. */
        status: z.enum(["running", "awaiting_approval"]),
        approval: ApprovalState.optional(),
      }),
    ),
    rehearse_plan: verb(z.looseObject({ planId: Id }), Rehearsal),
    rehearsal: verb(z.looseObject({ planId: Id }), Rehearsal),
    policies: verb(empty, PoliciesRecord),
    put_policies: verb(
      z.looseObject({ policies: Policies, revision: z.number().int().nonnegative().optional() }),
      PoliciesRecord,
    ),
    run: verb(z.looseObject({ runId: Id }), Run),
    runs: verb(z.looseObject({ planId: Id.optional(), limit }), z.looseObject({ runs: z.array(RunSummary) })),
    cancel_run: verb(
      z.looseObject({ runId: Id, reason: z.string().max(500).optional(), by: Actor.optional() }),
      empty,
    ),
    undo_preview: verb(takeBack.extend({ steps: z.array(StepId).min(1).optional() }), UndoPreview),
    /** Takes a run back, or some of its steps with all that need them: a run of its own. */
    undo_run: verb(
      takeBack.extend({ steps: z.array(StepId).min(1).optional() }),
      z.looseObject({ runId: Id, preview: UndoPreview }),
    ),
    /** Does again what an undo took back, as far as whoever asks, and the policies of now, would let it run. */
    redo_run: verb(takeBack, z.looseObject({ runId: Id })),
    triggers: verb(empty, z.looseObject({ triggers: z.array(TriggerRecord) })),
    trigger: verb(z.looseObject({ id: TriggerId }), TriggerRecord),
    /** Creates or changes; `revision` is the one that the caller has seen, 0 for a new trigger. */
    put_trigger: verb(
      z.looseObject({ trigger: Trigger, revision: z.number().int().nonnegative().optional() }),
      TriggerRecord,
    ),
    delete_trigger: verb(z.looseObject({ id: TriggerId, revision: z.number().int().positive().optional() }), empty),
    /** The latest first. */
    firings: verb(z.looseObject({ id: TriggerId, limit }), z.looseObject({ firings: z.array(TriggerFiring) })),
    monitoring: verb(empty, MonitoringRecord),
    put_monitoring: verb(
      z.looseObject({ settings: MonitoringSettings, revision: z.number().int().nonnegative().optional() }),
      MonitoringRecord,
    ),
    statistics: verb(z.looseObject({ app: AppName.optional() }), Statistics),
  },
  rehearsal: {
    rehearse: verb(RehearsalRequest, Rehearsal),
  },
} as const satisfies Record<string, Record<string, Verb>>;

/** A service that answers on the bus. */
export type ServiceName = keyof typeof SERVICES;
