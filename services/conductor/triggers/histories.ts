/** What the triggers did of late: read when a trigger is to fire for the first time, kept from then on. */
import type { Bus } from "@patchbay/bus";
import type { Id, TriggerFiring, TriggerId } from "@patchbay/contracts";
import { readFirings } from "./firing_log.ts";
import { Pace } from "./pace.ts";
import type { KeptTrigger } from "./records.ts";

/** The stream keeps so many of each trigger. */
const LIMIT = 1_000;
const BEGUN: ReadonlySet<TriggerFiring["outcome"]> = new Set(["started", "awaiting_approval", "failed"]);

export class History {
  readonly pace: Pace;
  readonly #ids: Set<Id>;

  /** @param since what was before does not count for the pace, in milliseconds since 1970 */
  constructor(firings: readonly TriggerFiring[], since: number) {
    this.#ids = new Set(firings.map(({ id }) => id));
    const begun = firings.filter(({ outcome, at }) => BEGUN.has(outcome) && at >= since);
    this.pace = new Pace(begun.map(({ dueAt, at }) => dueAt ?? at).sort((a, b) => a - b));
  }

  /** Whether this firing was seen to. */
  has(id: Id): boolean {
    return this.#ids.has(id);
  }

  add(id: Id): void {
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (this.#ids.size > LIMIT && oldest !== undefined) this.#ids.delete(oldest);
  }
}

export class Histories {
  readonly #bus: Bus;
  readonly #known = new Map<TriggerId, History>();

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  async of({ id, putAt }: KeptTrigger, signal: AbortSignal): Promise<History> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const history = new History(await readFirings(this.#bus, id, signal), putAt);
    this.#known.set(id, history);
    return history;
  }

  /** The trigger is gone, or was put anew: its pace begins anew. */
  forget(trigger: TriggerId): void {
    this.#known.delete(trigger);
  }
}
