import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { KeptAssets, Stage } from "@patchbay/bridge-kit/rehearsal";
import { bridge } from "./bridge.ts";
import { SceneState } from "./manifest/state.ts";

const BRIDGE = "ws-07";
const object = { rotation: [0, 0, 0], scale: [1, 1, 1], parent: null, collections: [], materials: [], visible: true };

/** As a real Blender reports one. */
const scene: SceneState = SceneState.parse({
  file: { name: "shot.blend", dirty: false },
  scenes: [{ name: "Shot", active: true, objects: 5 }, { name: "Other", active: false, objects: 2 }],
  objects: {
    Hero: { ...object, name: "Hero", type: "mesh", location: [1, 2, 3], dimensions: [2, 4, 6], materials: ["Skin"] },
    Big: { ...object, name: "Big", type: "mesh", location: [0, 0, 0], scale: [2, -2, 0], dimensions: [4, 4, 0] },
    Key: { ...object, name: "Key", type: "light", location: [0, 0, 5], dimensions: [0, 0, 0] },
    Eye: { ...object, name: "Eye", type: "camera", location: [0, -9, 0], dimensions: [0, 0, 0], visible: false },
    Hat: { ...object, name: "Hat", type: "empty", location: [0, 0, 1], dimensions: [0, 0, 0], parent: "Hero" },
  },
  collections: { Props: { parent: null, objects: [] }, Inner: { parent: "Props", objects: [] } },
  active_camera: "Eye",
  timeline: { fps: 30, start: 5, end: 99, current: 7 },
  render: { engine: "cycles", width: 640, height: 480, samples: 16 },
});

async function opened(state?: unknown) {
  await using stack = new AsyncDisposableStack();
  const workDir = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(workDir, { recursive: true }));
  const { signal } = new AbortController();
  const given = { bridge: BRIDGE, workDir, signal };
  const staged = await bridge.stage!({ ...given, ...(state === undefined ? {} : { state }) });
  const assets = new KeptAssets(() => Promise.resolve(undefined), 1e7);
  const stage = stack.use(await Stage.open(staged, { ...given, app: "blender", assets, stateLimit: 1e6 }));
  const all = stack.move();
  return { stage, assets, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

Deno.test("the stage looks like the state that was loaded, and its notes say what no state tells", async () => {
  await using studio = await opened(scene);
  assert.deepEqual(await studio.stage.snapshot(10_000), scene);
  const notes = studio.stage.notes.join("\n");
  for (
    const expected of [/lens.*'Eye'/, /energy.*'Key'/, /boxes.*'Hero', 'Big'/, /Surfaces.*'Skin'/, /'Other'/, /'Hat'/]
  ) {
    assert.match(notes, expected);
  }
});

Deno.test("commands change the stage as they would change Blender, and files stay in memory", async () => {
  await using studio = await opened(scene);
  const { stage, assets } = studio;
  await stage.run("transform_object", { object: "Hero", direction: "up" }, 10_000);
  await assert.rejects(stage.run("get_object", { object: "Villain" }, 10_000), { code: "NOT_FOUND" });
  await assert.rejects(stage.run("transform_object", { object: "Hero", location: "up" }, 10_000), {
    code: "INVALID_ARGUMENTS",
  });
  const state = SceneState.parse(await stage.snapshot(10_000));
  assert.deepEqual(state.objects["Hero"]?.location, [1, 2, 4]);
  assert.equal(state.file.dirty, true);
  const made = await stage.run("render_image", { width: 8000, height: 4000 }, 10_000);
  const { image, width } = made as { image: { id: string; size: number }; width: number };
  assert.equal(width, 8000);
  assert.ok(image.size < 10_000);
  assert.ok(await assets.get(image.id));
});

Deno.test("a state of another version leaves the stage empty and says so; code is no command of a stage", async () => {
  await using studio = await opened({ objects: "many" });
  const { stage } = studio;
  assert.deepEqual(SceneState.parse(await stage.snapshot(10_000)).objects, {});
  assert.match(stage.notes.join(), /cannot be read/);
  assert.equal(stage.commandOf("execute_python"), undefined);
  await assert.rejects(stage.run("execute_python", { code: "1" }, 1_000), { code: "UNKNOWN_COMMAND" });
});

Deno.test("what only the real Blender can do is told apart from what fails", async () => {
  await using studio = await opened();
  const beyond = (error: unknown) => error instanceof PatchbayError && error.context["beyondSimulator"] === true;
  await assert.rejects(studio.stage.run("export_file", { format: "fbx" }, 10_000), beyond);
  await assert.rejects(studio.stage.run("open_file", { name: "yesterday" }, 10_000), beyond);
  const notBeyond = (error: unknown) => error instanceof PatchbayError && error.code === "NOT_FOUND" && !beyond(error);
  await studio.stage.run("create_object", { type: "cube", name: "New" }, 10_000);
  await assert.rejects(studio.stage.run("remove_modifier", { object: "New", modifier: "bevel" }, 10_000), notBeyond);
  await using before = await opened(scene);
  await assert.rejects(before.stage.run("remove_modifier", { object: "Hero", modifier: "bevel" }, 10_000), beyond);
  await assert.rejects(before.stage.run("undo", {}, 10_000), beyond);
  await assert.rejects(before.stage.run("redo", {}, 10_000), beyond);
  await before.stage.run("update_light", { object: "Key", spot_angle: 30 }, 10_000);
  await assert.rejects(before.stage.run("redo", {}, 10_000), { code: "COMMAND_FAILED", context: { available: 0 } });
});
