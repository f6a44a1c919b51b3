/** What `apply_session` has done, so that it can be taken back: Live keeps a step for each single value. */
import { newId } from "@patchbay/contracts";

const MOST = 20;

/** @typeParam R one thing to do, to take a part of it back */
export class Revisions<R> {
  readonly #kept = new Map<string, R[]>();

  keep(reversals: R[]): string {
    const id = newId();
    this.#kept.set(id, reversals);
    for (const old of [...this.#kept.keys()].slice(0, -MOST)) this.#kept.delete(old);
    return id;
  }

  /** Once only. */
  take(id: string): R[] | undefined {
    const found = this.#kept.get(id);
    this.#kept.delete(id);
    return found;
  }
}
