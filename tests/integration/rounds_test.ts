import assert from "node:assert/strict";
import type { PlanDraft } from "@patchbay/client";
import { z } from "zod";
import { startTestStudio } from "../studio.ts";

const Verdict = z.looseObject({ ok: z.literal(false), issues: z.array(z.looseObject({ path: z.array(z.unknown()) })) });

Deno.test("a plan with rounds and conditions is checked, run, verified and undone through the whole studio", async () => {
  const signal = AbortSignal.timeout(120_000);
  await using studio = await startTestStudio({ signal });
  const { client } = studio;
  const objects = async () => {
    const [bridge] = (await client.bridges.list({ signal })).filter(({ app }) => app === "blender");
    const state = z.looseObject({ objects: z.record(z.string(), z.unknown()) });
    const found = await client.bridges.state(`blender.${bridge!.bridge}`, { signal });
    return Object.keys(state.parse(found.state).objects).sort();
  };
  for (let ready = false; !ready; signal.throwIfAborted()) {
    ready = await objects().then(() => true, () => false);
  }
  const before = await objects();
  const make: PlanDraft["steps"][number] = {
    id: "make",
    app: "blender",
    command: "create_object",
    args: { type: "cube", name: { $item: "/name" }, location: { $item: "/at" } },
    forEach: [{ name: "Left", at: [-2, 0, 0] }, { name: "Right", at: [2, 0, 0] }],
  };
  const steps: PlanDraft["steps"] = [
    make,
    {
      id: "lift",
      app: "blender",
      command: "transform_object",
      args: { object: { $item: "/name" }, location: [0, 0, 5] },
      forEach: { $ref: "make.result" },
    },
    {
      id: "crowd",
      app: "blender",
      command: "create_object",
      args: { type: "monkey", name: "Crowd" },
      when: { $ref: "make.result.1.name", equals: "Somebody else" },
      dependsOn: ["lift"],
    },
  ];
  const wrong = { steps: [{ ...make, forEach: [{ name: "Left", at: [0, 0, 0] }, { name: 7, at: [0, 0, 0] }] }] };
  const verdict = Verdict.parse(await client.plans.validate(wrong, { signal }));
  assert.deepEqual(verdict.issues.map(({ path }) => path), [["steps", 0, "forEach", 1, "name"]]);

  const { plan } = await client.plans.save({ steps }, { signal });
  const { runId } = await client.plans.run(plan.id, { signal });
  for await (const _event of client.runs.follow(runId, { signal })) continue;
  const run = await client.runs.get(runId, { signal });
  assert.equal(run.status, "succeeded", JSON.stringify(run.steps));
  assert.equal(run.steps["crowd"]?.cause, "condition");
  assert.deepEqual([run.steps["make"]?.verified, run.steps["lift"]?.verified], [true, true]);
  const made = z.array(z.looseObject({ name: z.string(), location: z.array(z.number()) }));
  assert.deepEqual(made.parse(run.steps["make"]?.value).map(({ name }) => name), ["Left", "Right"]);
  assert.deepEqual(made.parse(run.steps["lift"]?.value).map(({ location }) => location), [[0, 0, 5], [0, 0, 5]]);
  // the state follows the commands
  for (let shown = false; !shown; signal.throwIfAborted()) {
    const now = await objects();
    shown = now.includes("Left") && now.includes("Right") && !now.includes("Crowd");
  }
  const undo = await client.runs.undo(runId, { signal });
  for await (const _event of client.runs.follow(undo.runId, { signal })) continue;
  for (let back = false; !back; signal.throwIfAborted()) {
    back = JSON.stringify(await objects()) === JSON.stringify(before);
  }
});
