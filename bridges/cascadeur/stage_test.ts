import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { KeptAssets, Stage } from "@patchbay/bridge-kit/rehearsal";
import { bridge } from "./bridge.ts";
import { CascadeurState } from "./manifest/state.ts";

const track = { keys_total: 1, keys: [0], objects: 0, visible: true, locked: false };

/** As a real Cascadeur reports one. */
const scene: CascadeurState = CascadeurState.parse({
  scenes: [{ name: "walk.casc", active: true }, { name: "run.casc", active: false }],
  active_scene: "walk.casc",
  timeline: { current: 5, start: 0, end: 30, frames: 49 },
  objects: {
    hand_MainPoint_l: { name: "hand_MainPoint_l", type: "Point", kind: "hand left point", track: "Hand_L" },
    hand_l: { name: "hand_l", type: "Joint", kind: "joint", track: "Hand_L" },
    Lamp: { name: "Lamp", type: "Light", kind: "lamp light", track: null },
  },
  objects_total: 3,
  tracks: {
    Default: { ...track, keys: [0, 48], keys_total: 2 },
    Hand_L: { ...track, keys: [0, 12], keys_total: 2, objects: 2 },
    Closed: { ...track, locked: true, visible: false },
  },
  tracks_total: 3,
  selected: ["hand_MainPoint_l"],
  rig_mode: false,
});

async function opened(state?: unknown) {
  await using stack = new AsyncDisposableStack();
  const workDir = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(workDir, { recursive: true }));
  const { signal } = new AbortController();
  const given = { bridge: "ws-07", workDir, signal };
  const staged = await bridge.stage!({ ...given, ...(state === undefined ? {} : { state }) });
  const assets = new KeptAssets(() => Promise.resolve(undefined), 1e7);
  const stage = stack.use(await Stage.open(staged, { ...given, app: "cascadeur", assets, stateLimit: 1e6 }));
  const all = stack.move();
  return { stage, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

Deno.test("the stage looks like the state that was loaded, and its notes say what no state tells", async () => {
  await using studio = await opened(scene);
  assert.deepEqual(await studio.stage.snapshot(10_000), scene);
  const notes = studio.stage.notes.join("\n");
  for (const expected of [/origin: 'hand_MainPoint_l'/, /Interpolation.*'Hand_L'/, /empty: 'run.casc'/]) {
    assert.match(notes, expected);
  }
});

Deno.test("commands change the stage as they would change Cascadeur", async () => {
  await using studio = await opened(scene);
  const { stage } = studio;
  await stage.run("set_keyframe", { object: "left hand", frame: 24, position: [1, 2, 3] }, 10_000);
  await stage.run("create_track", { name: "Props", objects: ["Lamp"] }, 10_000);
  await stage.run("set_play_range", { start: 3, end: 20 }, 10_000);
  await assert.rejects(stage.run("add_keyframes", { frames: [3], tracks: ["Closed"] }, 10_000), {
    code: "COMMAND_FAILED",
  });
  const { tracks, objects, timeline } = CascadeurState.parse(await stage.snapshot(10_000));
  assert.deepEqual([tracks["Hand_L"]?.keys, objects["Lamp"]?.track, timeline.end], [[0, 12, 24], "Props", 20]);
});

Deno.test("what only the real Cascadeur has is told apart from what fails", async () => {
  await using studio = await opened({ ...scene, rig_mode: true });
  const { stage } = studio;
  assert.match(stage.notes.join(), /Rig mode is on/);
  const beyond = (error: unknown) => error instanceof PatchbayError && error.context["beyondSimulator"] === true;
  const notBeyond = (error: unknown) => error instanceof PatchbayError && !beyond(error);
  await assert.rejects(stage.run("open_scene", { name: "yesterday" }, 10_000), beyond);
  await assert.rejects(stage.run("generate_rig", { template: "Cat" }, 10_000), beyond);
  await assert.rejects(stage.run("get_object", { object: "Villain" }, 10_000), notBeyond);
});

Deno.test("a state of another version leaves the stage an empty scene and says so", async () => {
  await using studio = await opened({ objects: "many" });
  assert.match(studio.stage.notes.join(), /cannot be read/);
  assert.deepEqual(CascadeurState.parse(await studio.stage.snapshot(10_000)).objects, {});
});
