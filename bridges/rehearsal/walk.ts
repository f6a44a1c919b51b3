/** A plan worked off step by step: what a run would do, without what only a run must do. */
import {
  type AppName,
  commandOf,
  dependenciesOf,
  holds,
  type ManifestDocument,
  type Plan,
  planGraph,
  referredSteps,
  type RehearsedStep,
  type Step,
  type StepId,
  stepReferences,
} from "@patchbay/contracts";
import type { Stage } from "@patchbay/bridge-kit/rehearsal";
import { assess } from "./assessment.ts";
import type { RehearsalLimits } from "./limits.ts";
import type { NoStage } from "./stages.ts";
import { madeUp, type Outcome, rehearseStep, type StepContext, toldOf } from "./step_rehearsal.ts";

export interface WalkOptions {
  plan: Plan;
  manifests: ReadonlyMap<AppName, ManifestDocument>;
  stageOf(step: Step): Promise<Stage | NoStage>;
  limits: RehearsalLimits;
  onBegan(stepId: StepId): void;
  onStep(step: RehearsedStep): void;
  signal: AbortSignal;
}

/** Rehearses each step in its turn; one that never begins is told, too. @throws the signal's reason, when it fires */
export async function walk(options: WalkOptions): Promise<void> {
  const { plan: { steps }, onStep, signal } = options;
  const walking = new Walk(options);
  for (const index of planGraph(steps).order) {
    signal.throwIfAborted();
    const step = steps[index]!;
    onStep(await walking.rehearse(step));
    // a plan of many quick steps leaves room for the word that ends it
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

const NOT_BEGUN = { moreChanges: 0, durationMs: 0, durationFrom: "simulated" } as const;

type Ended = { status: RehearsedStep["status"]; cause?: "condition" | "failure" };

class Walk {
  readonly #options: WalkOptions;
  readonly #results = new Map<StepId, unknown>();
  readonly #ended = new Map<StepId, Ended>();
  /** Steps whose value, or the value of what they need, was made up. */
  readonly #doubtful = new Set<StepId>();
  /** The step whose failure ends the plan. */
  #stoppedBy: StepId | undefined;

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  async rehearse(step: Step): Promise<RehearsedStep> {
    const command = commandOf(step, this.#options.manifests);
    const about = { stepId: step.id, app: step.app, command: step.command, ...assess(command) };
    const left = this.#whyLeftOut(step);
    if (left !== undefined) {
      this.#ended.set(step.id, { status: "skipped", cause: left.cause });
      return { ...about, ...NOT_BEGUN, ...left, changes: [], status: "skipped" };
    }
    this.#options.onBegan(step.id);
    const outcome = await this.#outcome(step, command);
    this.#settle(step, outcome);
    return { ...about, ...toldOf(outcome) };
  }

  async #outcome(step: Step, command: StepContext["command"]): Promise<Outcome> {
    const { manifests, stageOf, limits, signal } = this.#options;
    const stateSchema = manifests.get(step.app)?.state ?? {};
    const stage = await stageOf(step);
    const context = { step, command, stateSchema, stage, results: this.#results, limits };
    const outcome = await rehearseStep(context);
    signal.throwIfAborted();
    const source = outcome.status === "failed" ? this.#doubtfulSource(step) : undefined;
    if (source === undefined) return outcome;
    // it may have failed for nothing but what was made up, or left undone, before
    const why = `it comes after step '${source}', which was not rehearsed: ${outcome.problem?.detail}`;
    return { ...madeUp(context, [step.args], why), changes: outcome.changes, moreChanges: outcome.moreChanges };
  }

  #settle(step: Step, { status, value }: Outcome): void {
    this.#ended.set(step.id, { status });
    if (status === "failed") {
      // a new plan for the rest is the planner's, and no rehearsal's
      if (step.onError !== "continue") this.#stoppedBy ??= step.id;
      return;
    }
    this.#results.set(step.id, value ?? null);
    if (status === "unrehearsed" || this.#doubtfulSource(step) !== undefined) this.#doubtful.add(step.id);
  }

  #whyLeftOut(step: Step): { reason: string; cause: "condition" | "failure" } | undefined {
    if (this.#stoppedBy !== undefined) return { reason: `step '${this.#stoppedBy}' failed`, cause: "failure" };
    const references = stepReferences(step);
    const referred = referredSteps(references);
    for (const id of dependenciesOf(step, references)) {
      const ended = this.#ended.get(id);
      if (ended?.status === "failed" || ended?.cause === "failure") {
        return { reason: `step '${id}' did not succeed`, cause: "failure" };
      }
      if (ended?.cause === "condition" && referred.has(id)) {
        return { reason: `step '${id}' was left out, so that it gives nothing`, cause: "condition" };
      }
    }
    if (step.when === undefined || holds(step.when, this.#results)) return undefined;
    const source = this.#doubtfulSource(step);
    const doubt = source === undefined ? "" : `; but what step '${source}' gives was made up`;
    return { reason: `its condition does not hold${doubt}`, cause: "condition" };
  }

  #doubtfulSource(step: Step): StepId | undefined {
    return [...dependenciesOf(step)].find((id) => this.#doubtful.has(id));
  }
}
