/** The commands of this gateway that are under way, and those that failed before a bridge could store a result. */
import type { Id, Problem } from "@patchbay/contracts";

/** Failures that are remembered; successes are in the history. */
const REMEMBERED = 1_000;

export class CommandLog {
  readonly #running = new Set<Id>();
  readonly #failed = new Map<Id, Problem>();

  begin(id: Id): void {
    this.#running.add(id);
  }

  end(id: Id, problem?: Problem): void {
    this.#running.delete(id);
    if (problem === undefined) return;
    this.#failed.set(id, problem);
    if (this.#failed.size > REMEMBERED) this.#failed.delete(this.#failed.keys().next().value!);
  }

  isRunning(id: Id): boolean {
    return this.#running.has(id);
  }

  problemOf(id: Id): Problem | undefined {
    return this.#failed.get(id);
  }
}
