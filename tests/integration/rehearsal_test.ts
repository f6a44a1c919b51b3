/** A plan is rehearsed beside an open scene, which stays as it is; then it runs, and changes what the rehearsal has said. */
import assert from "node:assert/strict";
import { findBlender } from "@patchbay/bridge-blender";
import type { ObjectChange, Rehearsal } from "@patchbay/contracts";
import { changesBetween } from "@patchbay/rehearsal";
import { join } from "node:path";
import { after, lookAt, startWithScene, STATE, STEPS } from "../artist_scene.ts";
import { runPatchbay } from "../patchbay_command.ts";

const path = await findBlender().catch(() => undefined);
const without = path === undefined ? " (there is no Blender on this machine)" : "";
/** Changes one after another, as one: what came and went again is no change. */
function together(changes: readonly ObjectChange[]): string[] {
  const net = new Map<string, string>();
  for (const { object, kind } of changes) {
    const before = net.get(object);
    if (before === undefined) net.set(object, kind);
    else if (before === "added" && kind === "removed") net.delete(object);
    else if (before === "removed" && kind === "added") net.set(object, "changed");
    else if (kind === "removed") net.set(object, kind);
  }
  return [...net].map(([object, kind]) => `${kind} ${object}`).sort();
}

const predicted = ({ steps }: Rehearsal) => together(steps.flatMap(({ changes }) => changes));

for (
  const [mode, ignore, which] of [
    ["simulator", false, "a simulated Blender"],
    ["background", path === undefined, `the real Blender${without}`],
  ] as const
) {
  Deno.test({
    name: `${which}: a rehearsal of twelve steps leaves it as it is, and says what the run then changes`,
    ignore,
    async fn() {
      await using studio = await startWithScene(mode);
      const { client } = studio;
      const before = await lookAt(studio);
      const { plan } = await client.plans.save({ steps: STEPS });
      const rehearsal = await client.plans.rehearse(plan.id);
      assert.deepEqual(
        rehearsal.steps.map(({ status, problem }) => problem?.detail ?? status),
        STEPS.map(() => "succeeded"),
      );
      assert.equal(rehearsal.ok, true);
      assert.equal(rehearsal.stages[0]?.revision, before.revision);
      assert.deepEqual(await lookAt(studio), before);
      const record = await client.plans.get(plan.id);
      assert.deepEqual([record.status, record.digest], ["rehearsed", rehearsal.digest]);
      assert.deepEqual(await client.plans.rehearsal(plan.id), rehearsal);

      const { runId } = await client.plans.run(plan.id);
      for await (const _event of client.runs.follow(runId));
      assert.equal((await client.runs.get(runId)).status, "succeeded");
      const { scene } = await lookAt(studio);
      assert.deepEqual(predicted(rehearsal), together(changesBetween(before.scene, scene, STATE).changes));
      const again = await client.plans.rehearse(plan.id);
      assert.deepEqual(again.steps.find(({ status }) => status === "failed")?.problem?.code, "NOT_FOUND");
      assert.ok(again.steps[0]!.durationMs > 0);
    },
  });
}

/** What the simulator does as Blender does; modifiers and the animation of before it only knows in part, and says so. */
const EACH: [command: string, args: Record<string, unknown>][] = [
  ["create_object", { type: "cube", near: "Ball", side: "on" }],
  ["create_object", { type: "torus", name: "Hero" }],
  ["update_object", { object: "Title", text: "Act two: much longer" }],
  ["set_material", { object: "Title", color: "blue" }],
  ["create_light", { type: "spot", target: "Ball", above: "Ball" }],
  ["set_world", { color: "navy", strength: 2 }],
  ["move_to_collection", { object: "Hero", collection: "New one", create: true }],
  ["create_collection", { name: "Inner", parent: "Props" }],
  ["parent_object", { object: "Title", parent: "Ball" }],
  ["parent_object", { object: "Title", parent: null }],
  ["transform_object", { object: "Ball", angle: 45, axis: "x" }],
  ["apply_scene", {
    objects: [{ name: "Ground", type: "plane" }, { name: "Ball", visible: false }],
    remove: ["Title"],
  }],
  ["animate_object", { object: "Hero", to: [9, 0, 0], start: 1, end: 11 }],
  ["delete_object", { object: "Eye" }],
  ["render_image", { width: 16, height: 16, samples: 1 }],
  ["save_file", { name: "shot" }],
  ["delete_object", { object: "Nobody" }],
  ["new_file", { template: "default", discard: true }],
];

Deno.test({
  name: `command by command a rehearsal says what the real Blender then does${without}`,
  ignore: path === undefined,
  async fn() {
    await using studio = await startWithScene("background");
    const { client } = studio;
    for (const [command, args] of EACH) {
      const before = await lookAt(studio);
      const { plan } = await client.plans.save({ steps: [{ id: "s1", app: "blender", command, args }] });
      const { steps: [step], ok } = await client.plans.rehearse(plan.id);
      const went = await client.command("blender.any", command, args).then(() => true, () => false);
      const { scene } = await lookAt(studio);
      const what = `${command} ${JSON.stringify(args)}`;
      assert.equal(ok, went, what);
      assert.deepEqual(together(step!.changes), together(changesBetween(before.scene, scene, STATE).changes), what);
    }
  },
});

Deno.test("a rehearsal that takes too long for somebody is ended", async () => {
  await using studio = await startWithScene("simulator");
  const { client, home } = studio;
  const args = { object: "Hero", count: 100, offset: [1, 0, 0] };
  const steps = Array.from({ length: 100 }, (_, i) => ({
    id: `s${i}`,
    app: "blender",
    command: "duplicate_object",
    args,
    ...(i === 0 ? {} : after(`s${i - 1}`)),
  }));
  const { plan } = await client.plans.save({ steps });
  const left = async () => (await Array.fromAsync(Deno.readDir(join(home, "rehearsals")))).length;
  const refused = assert.rejects(client.plans.rehearse(plan.id), { code: "CANCELLED" });
  while (await left() === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await client.plans.cancelRehearsal(plan.id);
  await refused;
  assert.equal(await left(), 0);
  assert.equal((await client.plans.get(plan.id)).status, "validated");
});

Deno.test("the command line says what words would change, and nothing of it is left in the folder", async () => {
  await using studio = await startWithScene("simulator");
  const { home, url, key } = studio;
  const before = await lookAt(studio);
  const options = { env: { PATCHBAY_URL: url, PATCHBAY_KEY: key }, signal: AbortSignal.timeout(120_000) };
  const { code, text } = await runPatchbay(["rehearse", "add", "a", "blue", "cube", "named", "Box"], options);
  assert.equal(code, 0, text);
  assert.match(text, /✓ s1 blender\.create_object {2}low risk, undone by the application/);
  assert.match(text, /\+ object 'Box'/);
  assert.match(text, /Nothing was changed/);
  assert.deepEqual(await lookAt(studio), before);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(join(home, "rehearsals"))), []);
  const failing = await runPatchbay(["rehearse", "delete", "the", "Hero", "and", "move", "Hero", "up"], options);
  assert.equal(failing.code, 1, failing.text);
  assert.match(failing.text, /NOT_FOUND/);
});
