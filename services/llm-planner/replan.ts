/** The verb `replan`: another way for a run of which a step has failed. */
import type { Bus, Call } from "@patchbay/bus";
import {
  PatchbayError,
  type Problem,
  type Provenance,
  type Run,
  type Step,
  ValidationError,
} from "@patchbay/contracts";
import { ATTRIBUTES, logger, span } from "@patchbay/telemetry";
import { checkRest } from "./check_plan.ts";
import type { KnownManifests } from "./known_manifests.ts";
import type { Provider } from "./provider.ts";
import { loadWorld } from "./world.ts";

export interface ReplanDeps {
  bus: Bus;
  known: KnownManifests;
  providers: ReadonlyMap<string, Provider>;
  /** Who plans where the plan's own planner is not here: for a plan that was written by hand. */
  fallback: string;
  onProgress(bus: Bus, call: Call<unknown>, message: string): void;
}

export interface ReplanPayload {
  run: Run;
  failed: string;
  problem: Problem;
}

const log = logger("llm-planner");

/**
 * Asks whoever made the plan.
 * @throws `PatchbayError` `NOT_UNDERSTOOD` where there is no other way, or nobody who could find one; from a model also `MODEL_…`
 */
export async function replan(
  { bus, known, providers, fallback, onProgress }: ReplanDeps,
  call: Call<ReplanPayload>,
): Promise<{ steps: Step[]; provenance: Provenance }> {
  const { run, failed: id, problem } = call.payload;
  const { signal, message: { metadata: { correlationId } } } = call;
  const failed = run.plan.steps.find((step) => step.id === id);
  if (failed === undefined) {
    throw new ValidationError("INVALID_REQUEST", `Cannot plan anew: the plan has no step '${id}'`, {
      issues: [{ path: ["failed"], message: `there is no step '${id}'` }],
    });
  }
  const own = run.plan.provenance.provider;
  const name = providers.has(own) ? own : fallback;
  const provider = providers.get(name);
  if (provider?.replan === undefined) {
    throw new PatchbayError(
      "NOT_UNDERSTOOD",
      `Cannot plan anew: '${name}' makes plans of words, and finds no other way where a step fails`,
    );
  }
  const attributes = { [ATTRIBUTES.genAiOperation]: "replan", [ATTRIBUTES.genAiAgent]: name };
  return await span(`replan ${name}`, { attributes }, async (active) => {
    active.setAttribute(ATTRIBUTES.runId, run.id);
    const world = await loadWorld({ bus, known }, correlationId, signal);
    const say = (text: string) => onProgress(bus, call, text);
    const { model, usage, steps } = await provider.replan!({ ...world, run, failed, problem, signal, onProgress: say });
    const checked = checkRest(run, steps, world);
    if (!checked.ok) {
      const [first] = checked.issues;
      throw new ValidationError("PLAN_INVALID", `What '${name}' planned anew does not hold: ${first?.message}`, {
        issues: checked.issues,
      });
    }
    log.info("{provider} planned {steps} steps anew", { provider: name, steps: checked.steps.length, run: run.id });
    const provenance = { provider: name, createdAt: Date.now(), ...(model === undefined ? {} : { model }) };
    return { steps: checked.steps, provenance: usage === undefined ? provenance : { ...provenance, usage } };
  });
}
