/** Plans that hold, in bucket `plans`, each with where it stands in its life. */
import { type Bucket, type Bus, openBucket } from "@patchbay/bus";
import {
  ConflictError,
  type Id,
  PatchbayError,
  type Plan,
  type PlanPolicy,
  PlanRecord,
  type PlanStatus,
  validatePlan,
  ValidationError,
} from "@patchbay/contracts";
import type { World } from "./world.ts";

/** More than a person reads, and than a message holds. */
const MAX_ISSUES = 100;
/** States from which a plan may be run: also again, once it has been. */
const RUNNABLE: ReadonlySet<PlanStatus> = new Set(["validated", "rehearsed", "succeeded", "failed", "cancelled"]);

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
   * Keeps a plan, new or changed.
   * @throws {ValidationError} `PLAN_INVALID` with its issues
   * @throws {ConflictError} it is running, or somebody else changed it meanwhile
   */
  async save(plan: Plan): Promise<PlanRecord> {
    const record: PlanRecord = { plan: await this.#check(plan), status: "validated", updatedAt: Date.now() };
    const known = await this.#bucket.get(plan.id);
    if (known === undefined) await this.#bucket.create(plan.id, record);
    else if (known.value.status === "running") {
      throw new ConflictError("CONFLICT", `Cannot save plan '${plan.id}': it is running`, {
        context: { status: known.value.status, runId: known.value.runId },
      });
    } else await this.#bucket.update(plan.id, record, known.revision);
    return record;
  }

  /** @throws {PatchbayError} `NOT_FOUND` */
  async get(id: Id): Promise<PlanRecord> {
    return (await this.#find(id)).value;
  }

  /** The last changed first. */
  async list(limit: number): Promise<PlanRecord[]> {
    const entries = await this.#bucket.entries();
    return entries.sort((a, b) => b.revision - a.revision).slice(0, limit).map(({ value }) => value);
  }

  /**
   * Gives the plan to a run: of several that try, one gets it.
   * @throws {PatchbayError} `NOT_FOUND`, `PLAN_INVALID` when it no longer holds, or does what `policy` does not allow
   * @throws {ConflictError} it is running already, or has not come so far
   */
  async claim(id: Id, runId: Id, policy: PlanPolicy = {}): Promise<Plan> {
    const { value, revision } = await this.#find(id);
    if (!RUNNABLE.has(value.status)) {
      throw new ConflictError(
        "CONFLICT",
        `Cannot run plan '${id}': it is in state '${value.status}', expected one of ${[...RUNNABLE].join(", ")}`,
        { context: { status: value.status, ...(value.runId === undefined ? {} : { runId: value.runId }) } },
      );
    }
    const plan = await this.#check(value.plan, policy);
    await this.#bucket.update(id, { ...value, status: "running", runId, updatedAt: Date.now() }, revision);
    return plan;
  }

  /** Says how the run of a plan ended; a plan that another run has by now is left alone. */
  async settle(id: Id, runId: Id, status: PlanStatus): Promise<void> {
    for (;;) {
      const known = await this.#bucket.get(id);
      if (known === undefined || known.value.runId !== runId || known.value.status !== "running") return;
      try {
        await this.#bucket.update(id, { ...known.value, status, updatedAt: Date.now() }, known.revision);
        return;
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
      }
    }
  }

  /** The plans whose record says that they run. */
  async running(): Promise<{ id: Id; runId: Id }[]> {
    const entries = await this.#bucket.entries();
    return entries.flatMap(({ value: { plan, status, runId } }) =>
      status === "running" && runId !== undefined ? [{ id: plan.id, runId }] : []
    );
  }

  async #find(id: Id): Promise<{ value: PlanRecord; revision: number }> {
    const found = await this.#bucket.get(id);
    if (found === undefined) throw new PatchbayError("NOT_FOUND", `Cannot find plan '${id}'`);
    return found;
  }

  async #check(plan: Plan, policy: PlanPolicy = {}): Promise<Plan> {
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
}
