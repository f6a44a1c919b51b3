/** For tests: plans from few words. */
import { newId, type Plan, type Step } from "@patchbay/contracts";

export type StepOf = Pick<Step, "command"> & Partial<Step>;

/** Steps `s1`, `s2`, … of the painter, each after the one before it. */
export function planOf(...steps: StepOf[]): Plan {
  return {
    id: newId(),
    provenance: { provider: "hand", createdAt: 0 },
    steps: steps.map((step, i): Step => ({
      id: `s${i + 1}`,
      app: "painter",
      args: {},
      dependsOn: i === 0 ? [] : [`s${i}`],
      onError: "stop",
      ...step,
    })),
  };
}
