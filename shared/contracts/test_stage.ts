/** A small application, and steps of it, for the tests of plans. */
import { z } from "zod";
import { AssetRef } from "./assets.ts";
import { newId } from "./ids.ts";
import { command, defineApp, query } from "./manifest.ts";
import { manifestDocument } from "./manifest_document.ts";
import type { Plan } from "./plan.ts";
import type { Step } from "./plan_step.ts";
import { type PlanWorld, validatePlan } from "./plan_validation.ts";

const vector = z.tuple([z.number(), z.number(), z.number()]);
const stage = defineApp({
  app: "stage",
  title: "Stage",
  version: "1.0.0",
  state: z.looseObject({}),
  commands: {
    add: command({
      summary: "Adds a thing.",
      args: z.strictObject({
        type: z.enum(["cube", "sphere"]),
        name: z.string().optional(),
        at: vector.optional(),
        size: z.number().positive().optional(),
        texture: AssetRef.optional(),
      }),
      result: z.object({
        name: z.string(),
        at: vector,
        tags: z.array(z.string()),
        kind: z.enum(["cube", "cone"]),
        size: z.number(),
      }),
    }),
    render: query({
      summary: "Renders.",
      args: z.strictObject({}),
      result: z.object({ image: AssetRef, views: z.array(z.object({ image: AssetRef, camera: z.string() })) }),
    }),
    measure: query({
      summary: "Measures.",
      args: z.looseObject({ from: z.string().optional() }),
      result: z.record(z.string(), z.number()),
    }),
    run: command({ summary: "Runs code.", args: z.strictObject({}), result: z.unknown(), effect: "open" }),
    crowd: query({
      summary: "More than any step goes through.",
      args: z.strictObject({}),
      result: z.object({ members: z.array(z.string()).min(2_000), nobody: z.null() }),
    }),
  },
});

export const manifests = new Map([["stage", manifestDocument(stage)]]);
export const world: PlanWorld = { manifests };

export const step = (
  id: string,
  command: string,
  args: Record<string, unknown> = {},
  more: Partial<Step> = {},
): Step => ({ id, app: "stage", command, args, dependsOn: [], onError: "stop", ...more });

export const cube = (id: string, args: Record<string, unknown> = {}, more: Partial<Step> = {}) =>
  step(id, "add", { type: "cube", ...args }, more);

export const planOf = (...steps: Step[]): Plan => ({
  id: newId(),
  steps,
  provenance: { provider: "hand", createdAt: 0 },
});

/** What is wrong with a plan, each as `code step path`. */
export const issuesOf = (plan: unknown, inWorld = world): string[] => {
  const checked = validatePlan(plan, inWorld);
  return checked.ok ? [] : checked.issues.map(({ code, path, stepId }) => `${code} ${stepId} ${path.join(".")}`);
};
