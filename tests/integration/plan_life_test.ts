/** The whole life of a plan: rehearsed, approved, run, cancelled in the middle, undone, run again, undone and done again. */
import assert from "node:assert/strict";
import { findBlender } from "@patchbay/bridge-blender";
import { type RunEvent, SERVER_POLICIES } from "@patchbay/contracts";
import { lookAt, startWithScene, STEPS } from "../artist_scene.ts";
import { startTestStudio } from "../studio.ts";

const path = await findBlender().catch(() => undefined);
const without = path === undefined ? " (there is no Blender on this machine)" : "";

/** In the middle is something that takes a while, and can be cancelled between its frames. */
const RENDER = {
  command: "render_animation",
  args: { start: 1, end: 60, width: 64, height: 36, samples: 4, engine: "cycles" },
};
const MIDDLE = "s7";
const STEPS_WITH_RENDER = STEPS.map((step) => step.id === MIDDLE ? { ...step, ...RENDER } : step);

type Client = Awaited<ReturnType<typeof startTestStudio>>["client"];

/** Follows a run to its end. @param onMiddle the step in the middle makes progress */
async function follow(client: Client, runId: string, onMiddle: () => void = () => {}): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of client.runs.follow(runId, { onProgress: onMiddle })) events.push(event);
  return events;
}

async function statuses(client: Client, runId: string) {
  const { status, steps } = await client.runs.get(runId);
  return [status, ...STEPS.map(({ id }) => steps[id]?.status)];
}

for (
  const [mode, ignore, which] of [
    ["simulator", false, "a simulated Blender"],
    ["background", path === undefined, `the real Blender${without}`],
  ] as const
) {
  Deno.test({
    name: `${which}: twelve steps are rehearsed, approved, run, cancelled in the middle, undone, run again and undone`,
    ignore,
    async fn() {
      await using studio = await startWithScene(mode);
      const { client } = studio;
      await client.policies.put(SERVER_POLICIES);
      const before = await lookAt(studio);

      const { plan } = await client.plans.save({ steps: STEPS_WITH_RENDER });
      const rehearsal = await client.plans.rehearse(plan.id);
      assert.equal(rehearsal.ok, true, JSON.stringify(rehearsal.steps.map(({ problem }) => problem?.detail)));
      assert.deepEqual(await lookAt(studio), before);

      const asked = await client.plans.run(plan.id);
      assert.equal(asked.status, "awaiting_approval");
      assert.deepEqual(await lookAt(studio), before);
      const approved = await client.plans.approve(plan.id, asked.approval!.digest);
      assert.equal(approved.runId, asked.runId);
      let cancelled: Promise<void> | undefined;
      await follow(client, asked.runId, () => cancelled ??= client.runs.cancel(asked.runId));
      await cancelled;
      assert.deepEqual(await statuses(client, asked.runId), [
        "cancelled",
        ...STEPS.map((_, i) => i < 6 ? "succeeded" : "cancelled"),
      ]);
      assert.notDeepEqual((await lookAt(studio)).scene, before.scene);

      const preview = await client.runs.previewUndo(asked.runId);
      assert.ok(preview.steps.every(({ possible }) => possible), JSON.stringify(preview.steps));
      await follow(client, (await client.runs.undo(asked.runId)).runId);
      assert.deepEqual((await lookAt(studio)).scene, before.scene);
      assert.equal((await client.plans.get(plan.id)).status, "undone");

      // the approval still holds: it is of this very plan
      const again = await client.plans.run(plan.id);
      assert.equal(again.status, "running");
      await follow(client, again.runId);
      assert.deepEqual(await statuses(client, again.runId), ["succeeded", ...STEPS.map(() => "succeeded")]);
      const after = await lookAt(studio);
      const undo = await client.runs.undo(again.runId);
      assert.deepEqual(undo.preview.steps.filter(({ possible }) => !possible).map(({ stepId }) => stepId), [MIDDLE]);
      await follow(client, undo.runId);
      assert.deepEqual((await lookAt(studio)).scene, before.scene);

      await follow(client, (await client.runs.redo(undo.runId)).runId);
      assert.deepEqual((await lookAt(studio)).scene, after.scene);
    },
  });
}
