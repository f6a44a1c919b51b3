/** What the services ask each other, over `patchbay.v1.svc.<service>.<verb>`: request and answer of every verb. */
import { z } from "zod";
import { Effect, Result } from "./commands.ts";
import { Id } from "./ids.ts";
import { Link, LinkId, LinkStatus } from "./links.ts";
import { ManifestDocument } from "./manifest_document.ts";
import { AppName, BridgeId } from "./names.ts";
import { Plan, PlanRecord } from "./plan.ts";
import { Presence } from "./presence.ts";
import { Run } from "./runs.ts";
import { BridgeState } from "./state.ts";

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

const empty = z.looseObject({});
const limit = z.number().int().positive().max(1000).default(100);

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
    save_plan: verb(z.looseObject({ plan: Plan }), PlanRecord),
    plan: verb(z.looseObject({ id: Id }), PlanRecord),
    plans: verb(z.looseObject({ limit }), z.looseObject({ plans: z.array(PlanRecord) })),
    run_plan: verb(
      z.looseObject({
        planId: Id,
        /** What whoever asks may do: the plan may have changed since they looked. @default all */
        effects: z.array(Effect).optional(),
      }),
      z.looseObject({ runId: Id }),
    ),
    run: verb(z.looseObject({ runId: Id }), Run),
    cancel_run: verb(z.looseObject({ runId: Id, reason: z.string().max(500).optional() }), empty),
  },
} as const satisfies Record<string, Record<string, Verb>>;

/** A service that answers on the bus. */
export type ServiceName = keyof typeof SERVICES;
