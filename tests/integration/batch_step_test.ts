/** A step that is a batch, on a whole studio: rehearsed, run, and taken back in one step of the application's own undo. */
import assert from "node:assert/strict";
import { findBlender } from "@patchbay/bridge-blender";
import { TakenBack } from "@patchbay/contracts";
import { startTestStudio } from "../studio.ts";

const path = await findBlender().catch(() => undefined);
const without = path === undefined ? " (there is no Blender on this machine)" : "";
const ADDRESS = "blender.any";

const ROW = {
  id: "row",
  app: "blender",
  command: "_batch",
  args: {
    label: "A row of cubes",
    onError: "undo",
    commands: [
      { command: "create_object", args: { type: "cube", name: "A" } },
      { command: "create_object", args: { type: "cube", name: "B", location: [3, 0, 0] } },
      { command: "update_object", args: { object: "A", visible: false } },
    ],
  },
};

for (
  const [mode, ignore, which] of [
    ["simulator", false, "a simulated Blender"],
    ["background", path === undefined, `the real Blender${without}`],
  ] as const
) {
  Deno.test({
    name: `${which}: a batch is one step of a plan, and one step back`,
    ignore,
    async fn() {
      await using studio = await startTestStudio({ mode, signal: AbortSignal.timeout(120_000) });
      await studio.bridgesReady(AbortSignal.timeout(110_000));
      const { client } = studio;
      await client.command(ADDRESS, "create_object", { type: "sphere", name: "Ball" });
      const scene = async () => (await client.command(ADDRESS, "get_scene")).value;
      const before = await scene();
      const { plan } = await client.plans.save({ steps: [ROW] });
      const [told] = (await client.plans.rehearse(plan.id)).steps;
      const objects = told!.changes.filter(({ object }) => object.startsWith("object")).map(({ kind, object }) =>
        `${kind} ${object}`
      );
      assert.deepEqual(objects, ["added object 'A'", "added object 'B'"]);
      const { runId } = await client.plans.run(plan.id);
      for await (const _event of client.runs.follow(runId));
      assert.equal((await client.runs.get(runId)).status, "succeeded");
      const undo = await client.runs.undo(runId);
      for await (const _event of client.runs.follow(undo.runId));
      const { done, by } = TakenBack.parse((await client.runs.get(undo.runId)).steps["u1"]?.value);
      assert.deepEqual([done, by], [true, "app"]);
      assert.deepEqual(await scene(), before);
    },
  });
}
