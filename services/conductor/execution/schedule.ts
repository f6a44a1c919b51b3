/** Which steps may start when: the plan's graph, worked off from its ready end. Pure; linear over a whole run. */
import type { SkipCause, Step, StepId, StepStatus } from "@patchbay/contracts";
import { neededBy, referredBy } from "./step_document.ts";

/** What follows from the end of a step. */
export interface Next {
  /** May start now. */
  ready: Step[];
  /** Never start. */
  skipped: { step: Step; reason: string; cause: SkipCause }[];
}

/** How a step ended. */
export interface Ended {
  id: StepId;
  status: StepStatus;
  cause?: SkipCause | undefined;
}

export interface ScheduleOptions {
  /** Steps that failed, and for which there is another way: nothing waits for them. */
  replaced?: ReadonlySet<StepId>;
  /** Why there is no other way where a step fails that asks for one: then it is as with `stop`. */
  noOtherWay?: string | undefined;
}

const nothing = (): Next => ({ ready: [], skipped: [] });

export class Schedule {
  readonly #steps: ReadonlyMap<StepId, Step>;
  readonly #options: ScheduleOptions;
  readonly #dependents = new Map<StepId, StepId[]>();
  /** Steps that have not started, with how many others each waits for. */
  readonly #waiting = new Map<StepId, number>();
  readonly #referred = new Map<StepId, ReadonlySet<StepId>>();
  #begun = false;
  #stopped = false;
  #held: StepId | undefined;

  /** `statusOf` says how far each step is: `pending` for all in a new run. */
  constructor(steps: readonly Step[], statusOf: (id: StepId) => StepStatus, options: ScheduleOptions = {}) {
    this.#steps = new Map(steps.map((step) => [step.id, step]));
    this.#options = options;
    for (const step of steps) {
      const open = [...neededBy(step)].filter((id) => statusOf(id) !== "succeeded");
      for (const id of open) this.#dependentsOf(id).push(step.id);
      if (statusOf(step.id) === "pending") this.#waiting.set(step.id, open.length);
    }
  }

  /** The step that failed and asks for another way: until there is one, nothing starts. */
  get held(): StepId | undefined {
    return this.#stopped ? undefined : this.#held;
  }

  /** What may start, or never will, before any step ends: `ended` are the steps that ended before without success. */
  begin(ended: readonly Ended[] = []): Next {
    const skipped = ended.flatMap(({ id, status, cause }) => this.settle(id, status, cause).skipped);
    this.#begun = true;
    return { ready: this.#take([...this.#waiting.keys()]), skipped };
  }

  /** A step has ended. */
  settle(id: StepId, status: StepStatus, cause?: SkipCause): Next {
    if (status === "succeeded") {
      const freed = this.#dependents.get(id) ?? [];
      for (const dependent of freed) this.#countDown(dependent);
      return { ready: this.#take(freed), skipped: [] };
    }
    if (status === "skipped" && cause === "condition") return this.#leaveOut(id);
    const onError = status === "failed" ? this.#steps.get(id)?.onError : undefined;
    if (onError === "stop") return this.#stop(`step '${id}' failed`);
    if (onError === "replan") {
      if (this.#options.replaced?.has(id) === true) return nothing();
      const { noOtherWay } = this.#options;
      if (noOtherWay !== undefined) return this.#stop(`step '${id}' failed, and there is no other way: ${noOtherWay}`);
      this.#held ??= id;
      return nothing();
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

  get #startsNothing(): boolean {
    return !this.#begun || this.#stopped || this.#held !== undefined;
  }

  #stop(reason: string): Next {
    return { ready: [], skipped: this.abandon().map((step) => ({ step, reason, cause: "failure" })) };
  }

  #dependentsOf(id: StepId): StepId[] {
    const dependents = this.#dependents.get(id) ?? [];
    this.#dependents.set(id, dependents);
    return dependents;
  }

  #countDown(id: StepId): void {
    const left = this.#waiting.get(id);
    if (left !== undefined) this.#waiting.set(id, left - 1);
  }

  #take(ids: readonly StepId[]): Step[] {
    if (this.#startsNothing) return [];
    return ids.flatMap((id) => {
      // what is named twice starts once
      if (this.#waiting.get(id) !== 0) return [];
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
        skipped.push({ step, reason: `step '${cause}' did not succeed`, cause: "failure" });
        ended.push(dependent);
      }
    }
    return skipped;
  }

  /** On purpose: steps that refer to it are left out with it, those that only wait for it need wait no more. */
  #leaveOut(id: StepId): Next {
    const skipped: Next["skipped"] = [];
    const freed: StepId[] = [];
    const out = [id];
    for (let cause = out.pop(); cause !== undefined; cause = out.pop()) {
      for (const dependent of this.#dependents.get(cause) ?? []) {
        const step = this.#steps.get(dependent);
        if (step === undefined || !this.#waiting.has(dependent)) continue;
        if (this.#referredBy(step).has(cause)) {
          this.#waiting.delete(dependent);
          skipped.push({ step, reason: `it refers to step '${cause}', which was left out`, cause: "condition" });
          out.push(dependent);
        } else {
          this.#countDown(dependent);
          freed.push(dependent);
        }
      }
    }
    return { ready: this.#take(freed), skipped };
  }

  #referredBy(step: Step): ReadonlySet<StepId> {
    let referred = this.#referred.get(step.id);
    if (referred === undefined) this.#referred.set(step.id, referred = referredBy(step));
    return referred;
  }
}
