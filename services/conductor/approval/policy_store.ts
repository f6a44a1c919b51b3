/** The studio's policies, in bucket `settings` under the key `policies`. Until somebody changes them, those that the conductor was started with. */
import { type Bucket, type Bus, openBucket } from "@patchbay/bus";
import { ConflictError, Policies, type PoliciesRecord } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";

const KEY = "policies";
const log = logger("conductor");

export class PolicyStore {
  readonly #bucket: Bucket<Policies>;
  readonly #initial: Policies;

  private constructor(bucket: Bucket<Policies>, initial: Policies) {
    this.#bucket = bucket;
    this.#initial = initial;
  }

  /** @param initial what holds until somebody changes it */
  static async open(bus: Bus, initial: Policies, signal: AbortSignal): Promise<PolicyStore> {
    return new PolicyStore(await openBucket(bus, "settings", Policies, { signal }), initial);
  }

  /** Read each time: a rule that was put holds for the next question, whichever conductor is asked. */
  async get(): Promise<PoliciesRecord> {
    const found = await this.#bucket.get(KEY);
    if (found === undefined) return { policies: this.#initial, revision: 0 };
    return { policies: found.value, revision: found.revision };
  }

  /**
   * @param seen the revision that the caller has seen, 0 for policies that nobody has changed yet; else whatever is there
   * @throws {ConflictError} somebody else changed them meanwhile
   */
  async put(policies: Policies, seen: number | undefined): Promise<PoliciesRecord> {
    const revision = await this.#write(policies, seen);
    log.info("the policies are changed: {rules} rules, revision {revision}", {
      rules: policies.rules.length,
      revision,
    });
    return { policies, revision };
  }

  async #write(policies: Policies, seen: number | undefined): Promise<number> {
    if (seen === undefined) return await this.#bucket.put(KEY, policies);
    try {
      if (seen === 0) return await this.#bucket.create(KEY, policies);
      return await this.#bucket.update(KEY, policies, seen);
    } catch (cause) {
      if (!(cause instanceof ConflictError)) throw cause;
      const { revision } = await this.get();
      throw new ConflictError("CONFLICT", `Cannot change the policies: they are at revision ${revision}, not ${seen}`, {
        cause,
        context: { revision, seen },
      });
    }
  }
}
