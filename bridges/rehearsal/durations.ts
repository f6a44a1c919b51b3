/** How long the run should take: each step by what was measured in this studio, and the longest way through the plan. */
import { type CommandStatistics, type Plan, planGraph, type RehearsedStep, type StepId } from "@patchbay/contracts";

/** Rounds that read are made so many at once. */
const ROUNDS_AT_ONCE = 16;

/** The step with its measured duration, where there is one. */
export function withMeasured(step: RehearsedStep, measured: readonly CommandStatistics[]): RehearsedStep {
  if (step.status === "skipped") return step;
  const { app, command, effect, rounds = 1 } = step;
  const found = measured.find((one) => one.app === app && one.command === command)?.durationMs;
  if (found === undefined) return step;
  const turns = effect === "read" ? Math.ceil(rounds / ROUNDS_AT_ONCE) : rounds;
  return { ...step, durationMs: found.p50 * turns, durationFrom: "measured" };
}

/** Milliseconds: what waits for nothing runs beside the rest. */
export function expectedMs({ steps }: Pick<Plan, "steps">, durations: ReadonlyMap<StepId, number>): number {
  const graph = planGraph(steps);
  const ends = new Float64Array(steps.length);
  let longest = 0;
  for (const index of graph.order) {
    let begins = 0;
    for (const before of graph.dependencies[index]!) begins = Math.max(begins, ends[before]!);
    ends[index] = begins + (durations.get(steps[index]!.id) ?? 0);
    longest = Math.max(longest, ends[index]!);
  }
  return longest;
}
