/** The commands of this gateway that are under way, and those that failed before a bridge could store a result. */
import type { SentTo } from "@patchbay/bus";
import type { Id, Problem } from "@patchbay/contracts";

/** Failures that are remembered, and keys; successes are in the history, or in the ledger. */
const REMEMBERED = 1_000;

export class CommandLog {
  readonly #running = new Set<Id>();
  readonly #failed = new Map<Id, Problem>();
  readonly #keys = new Map<Id, { sentTo: SentTo; key: string }>();

  /** @param keyed under which idempotency key the ledger has it, if it is not its id */
  begin(id: Id, keyed?: { sentTo: SentTo; key: string }): void {
    this.#running.add(id);
    if (keyed !== undefined) remember(this.#keys, id, keyed);
  }

  end(id: Id, problem?: Problem): void {
    this.#running.delete(id);
    if (problem === undefined) return;
    remember(this.#failed, id, problem);
  }

  isRunning(id: Id): boolean {
    return this.#running.has(id);
  }

  problemOf(id: Id): Problem | undefined {
    return this.#failed.get(id);
  }

  /** The idempotency key that a command came with. */
  keyOf(id: Id): { sentTo: SentTo; key: string } | undefined {
    return this.#keys.get(id);
  }
}

function remember<V>(all: Map<Id, V>, id: Id, value: V): void {
  all.set(id, value);
  const [oldest] = all.keys();
  if (all.size > REMEMBERED && oldest !== undefined) all.delete(oldest);
}
