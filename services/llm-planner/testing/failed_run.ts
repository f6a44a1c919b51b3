/** A run of the workshop that needs another way. */
import { newId, PatchbayError, type Problem, type Run, type Step, toProblem } from "@patchbay/contracts";

const step = (id: string, command: string, args: Record<string, unknown>, dependsOn: string[]): Step => ({
  id,
  app: "workshop",
  bridge: "ws-01",
  command,
  args,
  dependsOn,
  onError: "replan",
});

export const problem: Problem = toProblem(
  new PatchbayError("COMMAND_FAILED", "the thing is nailed down <ended>", { context: { nails: 4 } }),
);

/** A ball was made, moving it failed, painting it was still to come. */
export function failedRun(provider: string): Run {
  const steps = [
    step("s1", "create_thing", { type: "ball", name: "Hero" }, []),
    step("s2", "move_thing", { thing: { $ref: "s1.result.name" }, to: [1, 2, 3] }, []),
    step("s3", "paint_thing", { thing: { $ref: "s1.result.name" }, color: [1, 0, 0] }, ["s2"]),
  ];
  return {
    id: newId(),
    plan: {
      id: newId(),
      instruction: "add a ball named Hero, move it to 1 2 3 and paint it red",
      steps,
      provenance: { provider, createdAt: 0 },
    },
    status: "running",
    correlationId: newId(),
    startedAt: 1,
    steps: {
      s1: {
        status: "succeeded",
        bridge: "ws-01",
        value: { name: "Hero.001", type: "ball", location: [0, 0, 0] },
      },
      s2: { status: "failed", problem },
      s3: { status: "pending" },
    },
  };
}
