/** What every planner is: one function from an instruction, and what there is to plan with, to a plan. */
import {
  type AppName,
  type BridgeId,
  type ManifestDocument,
  newId,
  type Plan,
  type Presence,
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
}

/** A new plan of some steps. */
export function newPlan(
  instruction: string,
  steps: Step[],
  by: { provider: string; model?: string; usage?: Usage },
): Plan {
  return { id: newId(), instruction, steps, provenance: { ...by, createdAt: Date.now() } };
}
