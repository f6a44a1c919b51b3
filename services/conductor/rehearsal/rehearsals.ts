/** Rehearsals of plans: asked of the rehearsal service, and kept under the plan's id. */
import { type Bucket, type Bus, callService, openBucket } from "@patchbay/bus";
import { type Id, PatchbayError, Rehearsal, SERVICES } from "@patchbay/contracts";
import type { PlanStore } from "../plan_store.ts";

export interface RehearsalsOptions {
  bus: Bus;
  plans: PlanStore;
  signal: AbortSignal;
}

/** A rehearsal has limits of its own, and may have to wait for others, in milliseconds. */
const TIMEOUT_MS = 110_000;

export class Rehearsals {
  readonly #options: RehearsalsOptions;
  readonly #bucket: Bucket<Rehearsal>;

  private constructor(options: RehearsalsOptions, bucket: Bucket<Rehearsal>) {
    this.#options = options;
    this.#bucket = bucket;
  }

  static async open(options: RehearsalsOptions): Promise<Rehearsals> {
    return new Rehearsals(options, await openBucket(options.bus, "rehearsals", Rehearsal, { signal: options.signal }));
  }

  /**
   * Rehearses a plan as it is now. One that is changed meanwhile is answered, and neither kept nor marked as rehearsed.
   * @throws {PatchbayError} `NOT_FOUND`, `PLAN_INVALID`, `SERVICE_UNAVAILABLE` where there is no rehearsal service, `RATE_LIMITED`
   */
  async rehearse(
    planId: Id,
    { correlationId, signal }: { correlationId: Id; signal: AbortSignal },
  ): Promise<Rehearsal> {
    const { bus, plans } = this.#options;
    const { plan, digest } = (await plans.find(planId)).record;
    await plans.check(plan);
    const rehearsal = await callService(bus, "rehearsal", "rehearse", { plan, digest }, {
      result: SERVICES.rehearsal.rehearse.result,
      source: "conductor",
      correlationId,
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    if ((await plans.find(planId)).record.digest === digest) {
      await this.#bucket.put(planId, rehearsal);
      await plans.markRehearsed(planId, digest, rehearsal.at);
    }
    return rehearsal;
  }

  /** The latest one of a plan; its digest says whether the plan is still the same. @throws {PatchbayError} `NOT_FOUND` */
  async get(planId: Id): Promise<Rehearsal> {
    const kept = await this.#bucket.get(planId);
    if (kept !== undefined) return kept.value;
    throw new PatchbayError("NOT_FOUND", `Cannot find a rehearsal of plan '${planId}'`, {
      remedy: "Rehearse it: `POST /v1/plans/{id}/rehearse`. Rehearsals are kept for a week.",
    });
  }
}
