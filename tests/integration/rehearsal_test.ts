/** A plan is rehearsed beside an open scene, which stays as it is; then it runs, and changes what the rehearsal has said. */
import assert from "node:assert/strict";
import { blender, findBlender } from "@patchbay/bridge-blender";
import type { BridgeMode } from "@patchbay/bridge-kit";
import { manifestDocument, type ObjectChange, type Rehearsal } from "@patchbay/contracts";
import { changesBetween } from "@patchbay/rehearsal";
import { join } from "node:path";
import { runPatchbay } from "../patchbay_command.ts";
import { startTestStudio, type TestStudio } from "../studio.ts";

const path = await findBlender().catch(() => undefined);
const without = path === undefined ? " (there is no Blender on this machine)" : "";
const ADDRESS = "blender.any";

/** An artist's scene. */
const SCENE: [command: string, args: Record<string, unknown>][] = [
  ["create_object", { type: "cube", name: "Hero", color: "red" }],
  ["create_object", { type: "sphere", name: "Ball", location: [3, 0, 0] }],
  ["create_object", { type: "text", name: "Title", text: "Act one", location: [0, 0, 3] }],
  ["create_light", { type: "sun", name: "Key", location: [4, -4, 6], energy: 4 }],
  ["create_camera", { name: "Eye", location: [0, -12, 4], target: "Hero" }],
  ["create_collection", { name: "Props" }],
];

const after = (...dependsOn: string[]) => ({ dependsOn });
/** Twelve steps: new things, changed things, things that go, rounds and a condition. */
const STEPS = [
  { id: "s1", command: "create_object", args: { type: "cone", name: "Tree", location: [0, 5, 0], color: "green" } },
  { id: "s2", command: "transform_object", args: { object: { $ref: "s1.result.name" }, factor: 2 } },
  { id: "s3", command: "duplicate_object", args: { object: { $ref: "s1.result.name" }, count: 3, offset: [2, 0, 0] } },
  {
    id: "s4",
    command: "update_object",
    forEach: { $ref: "s3.result.names" },
    args: { object: { $item: "" }, visible: false },
  },
  { id: "s5", command: "move_to_collection", args: { object: "Ball", collection: "Props" } },
  { id: "s6", command: "set_material", args: { object: "Ball", color: "gold", metallic: 1 } },
  { id: "s7", command: "parent_object", args: { object: "Title", parent: "Hero" } },
  { id: "s8", command: "update_light", args: { object: "Key", energy: 2 } },
  { id: "s9", command: "set_timeline", args: { fps: 30, end: 120 } },
  {
    id: "s10",
    command: "set_render",
    args: { width: 320, height: 180 },
    when: { $ref: "s9.result.end", atLeast: 100 },
  },
  { id: "s11", command: "look_at", args: { object: "Eye", target: "Tree" } },
  { id: "s12", command: "update_object", args: { object: "Hero", name: "Heroine" } },
].map((step, i) => ({ app: "blender", ...step, ...(i === 0 ? {} : after(`s${i}`)) }));

async function startWithScene(mode: BridgeMode): Promise<TestStudio> {
  const studio = await startTestStudio({ mode, signal: AbortSignal.timeout(240_000) });
  await studio.bridgesReady(AbortSignal.timeout(120_000));
  for (const [command, args] of SCENE) await studio.client.command(ADDRESS, command, args);
  return studio;
}

/** What the application itself says, and what its bridge has told. */
async function lookAt({ client, bridges }: TestStudio) {
  const { app, bridge } = bridges[0]!.presence;
  const { value } = await client.command(ADDRESS, "get_scene");
  let state = await client.bridges.state(`${app}.${bridge}`);
  // what the last command changed is told a moment after its answer
  while (changesBetween(state.state, value, STATE).changes.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    state = await client.bridges.state(`${app}.${bridge}`);
  }
  return { scene: value, revision: state.revision };
}

const STATE = manifestDocument(blender).state;

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
