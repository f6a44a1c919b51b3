/** Triggers as they are kept, and where each stands. */
import { type Bucket, type BucketMirror, type Bus, mirrorBucket, openBucket } from "@patchbay/bus";
import {
  type AppName,
  ConflictError,
  type ManifestDocument,
  PatchbayError,
  type Trigger,
  type TriggerFiring,
  type TriggerId,
  type TriggerRecord,
  ValidationError,
  type ValidationIssue,
} from "@patchbay/contracts";
import { checkTrigger, isSchedule, nextDue } from "@patchbay/contracts/trigger-validation";
import type { PlanStore } from "../plan_store.ts";
import { readFirings } from "./firing_log.ts";
import { KeptTrigger, stateKey, STATES, TRIGGERS, TriggerState } from "./records.ts";

export interface TriggerStoreOptions {
  bus: Bus;
  plans: PlanStore;
  manifests(): ReadonlyMap<AppName, ManifestDocument>;
  signal: AbortSignal;
}

/** Whoever puts a trigger waits so long for the conductor that sees to it, in milliseconds. */
const TAKEN_UP_MS = 2_000;

export class TriggerStore implements AsyncDisposable {
  readonly #options: TriggerStoreOptions;
  readonly #bucket: Bucket<KeptTrigger>;
  readonly #states: BucketMirror<TriggerState>;
  readonly #waiting: Set<() => void>;

  private constructor(
    options: TriggerStoreOptions,
    bucket: Bucket<KeptTrigger>,
    states: BucketMirror<TriggerState>,
    waiting: Set<() => void>,
  ) {
    this.#options = options;
    this.#bucket = bucket;
    this.#states = states;
    this.#waiting = waiting;
  }

  /** @throws {PatchbayError} `BUS_UNAVAILABLE` where the bucket is not there */
  static async open(options: TriggerStoreOptions): Promise<TriggerStore> {
    const { bus, signal } = options;
    const bucket = await openBucket(bus, "triggers", KeptTrigger, { signal });
    const waiting = new Set<() => void>();
    const onChange = () => {
      for (const look of waiting) look();
    };
    const states = await mirrorBucket(bus, "triggers", TriggerState, { filter: STATES, signal, onChange });
    return new TriggerStore(options, bucket, states, waiting);
  }

  /** Resolves when it follows no longer; with the error that ended it, if one did. */
  get ended(): Promise<unknown> {
    return this.#states.ended;
  }

  /** By id. */
  async list(): Promise<TriggerRecord[]> {
    const kept = await this.#bucket.entries(TRIGGERS);
    return kept.sort((a, b) => a.key < b.key ? -1 : 1).map((entry) => this.#record(entry));
  }

  /** @throws {PatchbayError} `NOT_FOUND` */
  async get(id: TriggerId): Promise<TriggerRecord> {
    return this.#record(await this.#found(id, "Cannot find"));
  }

  /**
   * Creates or changes a trigger; resolves once a conductor sees to it, if one does.
   * @param seen the revision that the caller has seen, 0 for none; without it, whatever there is
   * @throws {ValidationError} `INVALID_ARGUMENTS`, with the field of each issue
   * @throws {ConflictError} another revision is there
   */
  async put(trigger: Trigger, seen?: number): Promise<TriggerRecord> {
    const there = await this.#bucket.get(trigger.id);
    if (seen !== undefined && seen !== (there?.revision ?? 0)) throw conflict(trigger.id, there?.revision ?? 0);
    const planDigest = await this.#check(trigger, there?.value);
    const value = { ...trigger, putAt: Date.now(), ...(planDigest === undefined ? {} : { planDigest }) };
    const revision = there === undefined
      ? await this.#bucket.create(trigger.id, value)
      : await this.#bucket.update(trigger.id, value, there.revision);
    await this.#takenUp(trigger.id, revision);
    return this.#record({ value, revision });
  }

  /** @throws {PatchbayError} `NOT_FOUND`, `CONFLICT` */
  async delete(id: TriggerId, seen?: number): Promise<void> {
    const { revision } = await this.#found(id, "Cannot delete");
    if (seen !== undefined && seen !== revision) throw conflict(id, revision);
    await this.#bucket.delete(id, revision);
  }

  /** The latest first; also those of a trigger that is gone. */
  async firings(id: TriggerId, limit: number, signal: AbortSignal): Promise<TriggerFiring[]> {
    const firings = await readFirings(this.#options.bus, id, signal);
    if (firings.length === 0) await this.#found(id, "Cannot find");
    return firings.reverse().slice(0, limit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#states[Symbol.asyncDispose]();
  }

  /** The digest of its plan, if it has one. */
  async #check(trigger: Trigger, before: KeptTrigger | undefined): Promise<string | undefined> {
    const { manifests } = this.#options;
    const { when, then } = trigger;
    const known = manifests();
    const issues = checkTrigger(trigger, {
      source: isSchedule(when) ? undefined : known.get(when.app),
      target: "plan" in then ? undefined : known.get(then.app),
    });
    const plan = await this.#checkPlan(trigger);
    issues.push(...plan.issues, ...checkTime(trigger, before));
    const [first] = issues;
    if (first === undefined) return plan.digest;
    const message = `Cannot keep trigger '${trigger.id}': ${first.path.join(".")}: ${first.message}`;
    throw new ValidationError("INVALID_ARGUMENTS", message, { issues });
  }

  async #checkPlan({ then }: Trigger): Promise<{ digest?: string; issues: ValidationIssue[] }> {
    if (!("plan" in then)) return { issues: [] };
    try {
      return { digest: (await this.#options.plans.find(then.plan)).record.digest, issues: [] };
    } catch (error) {
      if (!(error instanceof PatchbayError) || error.code !== "NOT_FOUND") throw error;
      return { issues: [{ path: ["then", "plan"], message: "there is no such plan", code: "unknown_plan" }] };
    }
  }

  async #found(id: TriggerId, action: string): Promise<{ value: KeptTrigger; revision: number }> {
    const found = await this.#bucket.get(id);
    if (found !== undefined) return found;
    const available = (await this.#bucket.entries(TRIGGERS)).map(({ key }) => key);
    throw new PatchbayError("NOT_FOUND", `${action} trigger '${id}': there is none`, { context: { available } });
  }

  async #takenUp(id: TriggerId, revision: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      const known = this.#states.values.get(stateKey(id));
      if (known !== undefined && known.value.revision >= revision) resolve();
    };
    const timer = setTimeout(resolve, TAKEN_UP_MS);
    this.#waiting.add(look);
    look();
    try {
      await Promise.race([promise, this.#states.ended]);
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(look);
    }
  }

  #record(
    { value: { putAt: _, planDigest: __, ...trigger }, revision }: { value: KeptTrigger; revision: number },
  ): TriggerRecord {
    const known = this.#states.values.get(stateKey(trigger.id))?.value;
    const { suspended, last } = known?.revision === revision ? known : { suspended: undefined, last: known?.last };
    const goesOn = !trigger.paused && suspended === undefined && isSchedule(trigger.when);
    const nextAt = goesOn && isSchedule(trigger.when) ? nextDue(trigger.when, Date.now()) : undefined;
    return {
      trigger,
      revision,
      ...(suspended === undefined ? {} : { suspended }),
      ...(nextAt === undefined ? {} : { nextAt }),
      ...(last === undefined ? {} : { last }),
    };
  }
}

/** A time that has passed would never come; one that was there already may have. */
function checkTime({ when, lateMs }: Trigger, before: KeptTrigger | undefined): ValidationIssue[] {
  if (!("at" in when) || when.at >= Date.now() - lateMs) return [];
  if (before !== undefined && "at" in before.when && before.when.at === when.at) return [];
  return [{ path: ["when", "at"], message: "has passed", code: "schedule" }];
}

function conflict(id: TriggerId, revision: number): ConflictError {
  const found = revision === 0 ? "it is not there" : `it is at revision ${revision}`;
  return new ConflictError("CONFLICT", `Cannot change trigger '${id}': ${found}`, { context: { revision } });
}
