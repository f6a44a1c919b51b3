/** What every planner is: one function from an instruction, and what there is to plan with, to a plan. */
import {
  type AppName,
  type BridgeId,
  type ManifestDocument,
  newId,
  type Plan,
  type Presence,
  type Problem,
  type Run,
  type Step,
} from "@patchbay/contracts";

/** What an application looks like, at one bridge. */
export interface AppState {
  app: AppName;
  bridge: BridgeId;
  state: unknown;
}

/** What there is to plan with. */
export interface World {
  manifests: readonly ManifestDocument[];
  presence: readonly Presence[];
  states: readonly AppState[];
}

export interface PlanRequest extends World {
  instruction: string;
  signal: AbortSignal;
  /** Says what the provider does, for a person who waits. */
  onProgress(message: string): void;
}

/** A step of a run has failed, and the rest is to be done another way. */
export interface ReplanRequest extends World {
  /** At rest: each of its steps has ended, or has not begun. */
  run: Run;
  failed: Step;
  problem: Problem;
  signal: AbortSignal;
  onProgress(message: string): void;
}

/** What is to be done in the place of what was still to come. */
export interface Rest {
  steps: Step[];
  model?: string;
  usage?: Usage;
}

/** Tokens that a model read and wrote. */
export type Usage = {
  inputTokens: number;
  outputTokens: number;
};

/** Makes plans. */
export interface Provider {
  /**
   * @throws `PatchbayError` `NOT_UNDERSTOOD`; from a model also `MODEL_…`
   */
  plan(request: PlanRequest): Promise<{ plan: Plan; usage?: Usage }>;
  /**
   * Another way to the same end. A provider without it finds none.
   * @throws `PatchbayError` `NOT_UNDERSTOOD` where there is none; from a model also `MODEL_…`
   */
  replan?(request: ReplanRequest): Promise<Rest>;
}

/** A new plan of some steps. */
export function newPlan(
  instruction: string,
  steps: Step[],
  by: { provider: string; model?: string; usage?: Usage },
): Plan {
  return { id: newId(), instruction, steps, provenance: { ...by, createdAt: Date.now() } };
}
