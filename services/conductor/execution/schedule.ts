/** Which steps may start when: the plan's graph, worked off from its ready end. Pure; linear over a whole run. */
import type { Step, StepId, StepStatus } from "@patchbay/contracts";
import { neededBy } from "./step_document.ts";

/** What follows from the end of a step. */
export interface Next {
  /** May start now. */
  ready: Step[];
  /** Never start. */
  skipped: { step: Step; reason: string }[];
}

const nothing = (): Next => ({ ready: [], skipped: [] });

export class Schedule {
  readonly #steps: ReadonlyMap<StepId, Step>;
  readonly #dependents = new Map<StepId, StepId[]>();
  /** Steps that have not started, with how many others each waits for. */
  readonly #waiting = new Map<StepId, number>();
  #stopped = false;

  /** `statusOf` says how far each step is: `pending` for all in a new run. */
  constructor(steps: readonly Step[], statusOf: (id: StepId) => StepStatus) {
    this.#steps = new Map(steps.map((step) => [step.id, step]));
    for (const step of steps) {
      const open = [...neededBy(step)].filter((id) => statusOf(id) !== "succeeded");
      for (const id of open) this.#dependentsOf(id).push(step.id);
      if (statusOf(step.id) === "pending") this.#waiting.set(step.id, open.length);
    }
  }

  /** What may start, or never will, before any step ends: `ended` are the steps that ended before without success. */
  begin(ended: readonly { id: StepId; status: StepStatus }[] = []): Next {
    const next = nothing();
    for (const { id, status } of ended) next.skipped.push(...this.settle(id, status).skipped);
    if (!this.#stopped) next.ready = this.#take([...this.#waiting.keys()]);
    return next;
  }

  /** A step has ended. */
  settle(id: StepId, status: StepStatus): Next {
    if (status === "succeeded") {
      const freed = this.#dependents.get(id) ?? [];
      for (const dependent of freed) {
        const left = this.#waiting.get(dependent);
        if (left !== undefined) this.#waiting.set(dependent, left - 1);
      }
      return !this.#stopped ? { ready: this.#take(freed), skipped: [] } : nothing();
    }
    if (status === "failed" && this.#steps.get(id)?.onError === "stop") {
      return { ready: [], skipped: this.abandon().map((step) => ({ step, reason: `step '${id}' failed` })) };
    }
    return { ready: [], skipped: this.#skipDependents(id) };
  }

  /** Gives up all steps that have not started. */
  abandon(): Step[] {
    this.#stopped = true;
    const steps = [...this.#waiting.keys()].flatMap((id) => this.#steps.get(id) ?? []);
    this.#waiting.clear();
    return steps;
  }

  #dependentsOf(id: StepId): StepId[] {
    const dependents = this.#dependents.get(id) ?? [];
    this.#dependents.set(id, dependents);
    return dependents;
  }

  #take(ids: readonly StepId[]): Step[] {
    return ids.filter((id) => this.#waiting.get(id) === 0).flatMap((id) => {
      this.#waiting.delete(id);
      return this.#steps.get(id) ?? [];
    });
  }

  #skipDependents(id: StepId): Next["skipped"] {
    const skipped: Next["skipped"] = [];
    const ended = [id];
    for (let cause = ended.pop(); cause !== undefined; cause = ended.pop()) {
      for (const dependent of this.#dependents.get(cause) ?? []) {
        const step = this.#steps.get(dependent);
        if (step === undefined || !this.#waiting.delete(dependent)) continue;
        skipped.push({ step, reason: `step '${cause}' did not succeed` });
        ended.push(dependent);
      }
    }
    return skipped;
  }
}
