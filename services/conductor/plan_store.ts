/** Plans that hold, in bucket `plans`, each with where it stands in its life. */
import { type Bucket, type Bus, openBucket } from "@patchbay/bus";
import {
  type Approval,
  ConflictError,
  type Id,
  PatchbayError,
  type Plan,
  planDigest,
  type PlanPolicy,
  PlanRecord,
  type PlanStatus,
  planTheRest,
  type RestValidation,
  type Run,
  type Step,
  validatePlan,
  ValidationError,
} from "@patchbay/contracts";
import type { World } from "./world.ts";

/** More than a person reads, and than a message holds. */
const MAX_ISSUES = 100;

/** A record with its place in the bucket: whoever changes it says which one they have seen. */
export interface Kept {
  record: PlanRecord & { digest: string };
  revision: number;
}

export class PlanStore {
  readonly #bucket: Bucket<PlanRecord>;
  readonly #world: World;

  private constructor(bucket: Bucket<PlanRecord>, world: World) {
    this.#bucket = bucket;
    this.#world = world;
  }

  /** @param world what a plan is checked against */
  static async open(bus: Bus, world: World, signal: AbortSignal): Promise<PlanStore> {
    return new PlanStore(await openBucket(bus, "plans", PlanRecord, { signal }), world);
  }

  /**
   * Keeps a plan, new or changed. A plan that changed has no approvals; a run of it that waits for some waits on, for those of
   * the plan as it is now.
   * @param seen the digest of the plan that the caller has seen; left out, whatever is there
   * @throws {ValidationError} `PLAN_INVALID` with its issues
   * @throws {ConflictError} it is running, or somebody else changed it meanwhile
   */
  async save(plan: Plan, seen?: string): Promise<PlanRecord> {
    const kept = await this.#read(plan.id);
    if (kept === undefined) {
      if (seen !== undefined) throw notFound(plan.id);
      const checked = await this.check(plan);
      const record = fresh(checked, await planDigest(checked));
      await this.#bucket.create(plan.id, record);
      return record;
    }
    const { record: before, revision } = kept;
    if (seen !== undefined && seen !== before.digest) throw changed(before, seen);
    if (isRunning(before)) throw running(before);
    const effects = before.requested?.effects;
    const checked = await this.check(plan, effects === undefined ? {} : { effects });
    const record = edited(before, checked, await planDigest(checked));
    await this.update(record, revision);
    return record;
  }

  /** @throws {PatchbayError} `NOT_FOUND` */
  async get(id: Id): Promise<PlanRecord> {
    return (await this.find(id)).record;
  }

  /** @throws {PatchbayError} `NOT_FOUND` */
  async find(id: Id): Promise<Kept> {
    const kept = await this.#read(id);
    if (kept === undefined) throw notFound(id);
    return kept;
  }

  /**
   * Puts a record in the place of the one with this revision: of several that try, one succeeds.
   * @throws {ConflictError} it has changed meanwhile
   */
  async update(record: PlanRecord, revision: number): Promise<void> {
    await this.#bucket.update(record.plan.id, { ...record, updatedAt: Date.now() }, revision);
  }

  /** The last changed first. */
  async list(limit: number): Promise<PlanRecord[]> {
    const entries = await this.#bucket.entries();
    return entries.sort((a, b) => b.revision - a.revision).slice(0, limit).map(({ value }) => value);
  }

  /** Says how the run of a plan ended; a plan that another run has by now is left alone. */
  async settle(id: Id, runId: Id, status: PlanStatus): Promise<void> {
    await this.#change(id, (record) => {
      if (record.runId !== runId || !isRunning(record)) return undefined;
      const { requested: _, ...rest } = record;
      return { ...rest, status };
    });
  }

  /** Says what an undo or a redo made of the plan's latest run: whether it is taken back as a whole, or done again. */
  async markTakenBack(id: Id, runId: Id, status: "undone" | "succeeded"): Promise<void> {
    await this.#change(id, (record) => {
      if (record.runId !== runId || isRunning(record) || record.requested !== undefined) return undefined;
      return { ...record, status };
    });
  }

  /** Says that the plan with this digest was rehearsed; one that has changed since is left alone. */
  async markRehearsed(id: Id, digest: string, rehearsedAt: number): Promise<void> {
    await this.#change(id, (record) => {
      if (record.digest !== digest) return undefined;
      const status = record.status === "validated" ? "rehearsed" : record.status;
      return { ...record, status, rehearsedAt };
    });
  }

  /** The plans whose record says that they run. */
  async running(): Promise<{ id: Id; runId: Id }[]> {
    const entries = await this.#bucket.entries();
    return entries.flatMap(({ value: { plan, status, runId } }) =>
      status === "running" && runId !== undefined ? [{ id: plan.id, runId }] : []
    );
  }

  /** The plan that a run was asked of, or that it has. Looks at all of them: for runs that have no log. */
  async ofRun(runId: Id): Promise<Kept | undefined> {
    const entries = await this.#bucket.entries();
    const found = entries.find(({ value }) => value.runId === runId || value.requested?.runId === runId);
    return found === undefined ? undefined : { record: await complete(found.value), revision: found.revision };
  }

  /**
   * The plan, if it holds by what there is now.
   * @throws {ValidationError} `PLAN_INVALID` with its issues
   */
  async check(plan: Plan, policy: PlanPolicy = {}): Promise<Plan> {
    const checked = validatePlan(plan, { ...this.#world.now(), policy });
    // a bridge that has just come may not be known yet
    const last = checked.ok ? checked : validatePlan(plan, { ...await this.#world.fresh(), policy });
    if (last.ok) return last.plan;
    const { issues } = last;
    const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
    throw new ValidationError("PLAN_INVALID", `Plan '${plan.id}' does not hold: ${issues[0]?.message}${more}`, {
      issues: issues.slice(0, MAX_ISSUES),
    });
  }

  /** What is to be done in the place of what a run had still to do, if it holds by what there is now. */
  async checkRest(run: Pick<Run, "plan" | "steps">, steps: readonly Step[]): Promise<RestValidation> {
    const checked = planTheRest(run, steps, this.#world.now());
    return checked.ok ? checked : planTheRest(run, steps, await this.#world.fresh());
  }

  /**
   * Puts the new plan of a run that waits on its way where it is approved, and resolves with the approval; with `undefined`
   * once the record is another run's, or the signal fires.
   */
  async whenApproved({ id: runId, plan }: Run, digest: string, signal: AbortSignal): Promise<Approval | undefined> {
    await this.#change(plan.id, (record) => {
      if (record.runId !== runId || !isRunning(record) || record.digest === digest) return undefined;
      const { requested: _, rehearsedAt: __, ...rest } = record;
      return { ...rest, plan, digest, status: "awaiting_approval", approvals: [] };
    });
    for await (const change of this.#bucket.watch({ filter: plan.id, signal })) {
      if (change.kind === "ready") continue;
      const record = change.value;
      if (record === undefined || record.runId !== runId || record.digest !== digest) return undefined;
      const approval = record.approvals?.findLast((one) => one.digest === digest);
      if (record.status === "running" && approval !== undefined) return approval;
      if (!isRunning(record)) return undefined;
    }
    return undefined;
  }

  async #read(id: Id): Promise<Kept | undefined> {
    const found = await this.#bucket.get(id);
    return found === undefined ? undefined : { record: await complete(found.value), revision: found.revision };
  }

  /** Changes what is there, whoever else does so too; nothing where `make` gives nothing. */
  async #change(id: Id, make: (record: Kept["record"]) => PlanRecord | undefined): Promise<void> {
    for (;;) {
      const kept = await this.#read(id);
      const next = kept === undefined ? undefined : make(kept.record);
      if (kept === undefined || next === undefined) return;
      try {
        return await this.update(next, kept.revision);
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
      }
    }
  }
}

/** Whether a run has it: also one that waits on its way, with a plan that it got from the planner. */
export function isRunning({ status, requested }: PlanRecord): boolean {
  return status === "running" || (status === "awaiting_approval" && requested === undefined);
}

function fresh(plan: Plan, digest: string): PlanRecord {
  return { plan, status: "validated", digest, updatedAt: Date.now() };
}

/** What stays of a record when its plan is saved: of a plan that is the same, its approvals, unless somebody rejected it. */
function edited(before: Kept["record"], plan: Plan, digest: string): PlanRecord {
  const { runId, requested } = before;
  const after: PlanRecord = { ...fresh(plan, digest), ...(runId === undefined ? {} : { runId }) };
  if (before.digest === digest && before.rejected === undefined) {
    const { approvals, rehearsedAt } = before;
    if (approvals !== undefined) after.approvals = approvals;
    if (rehearsedAt !== undefined) Object.assign(after, { rehearsedAt, status: "rehearsed" });
  }
  if (requested === undefined) return after;
  const changed = before.digest === digest ? {} : { changed: true };
  return { ...after, status: "awaiting_approval", requested: { ...requested, digest, ...changed } };
}

/** Records of an earlier version have no digest. */
async function complete(record: PlanRecord): Promise<Kept["record"]> {
  return { ...record, digest: record.digest ?? await planDigest(record.plan) };
}

const notFound = (id: Id) => new PatchbayError("NOT_FOUND", `Cannot find plan '${id}'`);

const changed = ({ plan, digest }: Kept["record"], seen: string) =>
  new ConflictError("CONFLICT", `Cannot save plan '${plan.id}': it has changed since it was looked at`, {
    context: { digest, seen },
  });

const running = ({ plan, status, runId }: PlanRecord) =>
  new ConflictError("CONFLICT", `Cannot save plan '${plan.id}': it is running`, { context: { status, runId } });
