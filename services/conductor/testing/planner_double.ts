/** A planner that plans anew what its test tells it, over the bus like the real one. */
import { type Bus, type RunningService, serviceEndpoint, startService } from "@patchbay/bus";
import { PatchbayError, type Problem, type Run, SERVICES, type Step } from "@patchbay/contracts";

export interface AskedAnew {
  run: Run;
  failed: string;
  problem: Problem;
}

export interface PlannerDouble extends AsyncDisposable {
  readonly asked: readonly AskedAnew[];
}

/** @param answers the steps of each new plan, or why there is none; the last one is given again and again */
export async function startPlanner(
  bus: Bus,
  ...answers: (Step[] | string | ((asked: AskedAnew) => Promise<Step[]>))[]
): Promise<PlannerDouble> {
  const asked: AskedAnew[] = [];
  const service: RunningService = await startService(bus, {
    name: "llm-planner",
    version: "0.0.0",
    description: "stands in",
    source: "llm-planner",
    endpoints: [serviceEndpoint("llm-planner", "replan", {
      payload: SERVICES["llm-planner"].replan.request,
      handler: async ({ payload }) => {
        asked.push(payload);
        const answer = answers[Math.min(asked.length, answers.length) - 1];
        if (typeof answer === "string") throw new PatchbayError("NOT_UNDERSTOOD", answer);
        const steps = typeof answer === "function" ? await answer(payload) : answer ?? [];
        return { steps, provenance: { provider: "script", createdAt: 0 } };
      },
    })],
  });
  return { asked, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}
