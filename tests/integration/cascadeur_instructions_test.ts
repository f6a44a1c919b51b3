/** What animators say, understood offline by the phrases of Cascadeur's manifest. */
import assert from "node:assert/strict";
import { cascadeur } from "@patchbay/bridge-cascadeur";
import { manifestDocument, newId, type Presence, validatePlan } from "@patchbay/contracts";
import { phrasebookProvider, unreadablePhrases, type World } from "@patchbay/llm-planner";

const manifest = manifestDocument(cascadeur);

const presence: Presence = {
  app: "cascadeur",
  bridge: "ws-01",
  instance: newId(),
  status: "idle",
  reason: "waits",
  title: "Cascadeur",
  host: "here",
  pid: 1,
  startedAt: 1,
  bridgeVersion: "0.1.0",
  simulated: false,
  allowCode: true,
  queued: 0,
};

const thing = (name: string, type: string, kind: string) => ({ name, type, kind });
const state = {
  scenes: [{ name: "dance.casc", active: true }, { name: "walk.casc", active: false }],
  active_scene: "dance.casc",
  objects: {
    hand_MainPoint_l: thing("hand_MainPoint_l", "Point", "hand left point"),
    hand_MainPoint_r: thing("hand_MainPoint_r", "Point", "hand right point"),
    head_MainPoint: thing("head_MainPoint", "Point", "head point"),
    hand_l: thing("hand_l", "Joint", "joint"),
    head: thing("head", "Joint", "joint"),
    Ball: thing("Ball", "Mesh", "ball mesh"),
  },
  tracks: { Body: { keys: [0] }, Hand_L: { keys: [0] } },
};

const world: World = {
  manifests: [manifest],
  presence: [presence],
  states: [{ app: "cascadeur", bridge: "ws-01", state }],
};

const plan = (instruction: string) =>
  phrasebookProvider.plan({ ...world, instruction, signal: new AbortController().signal, onProgress: () => {} });

const UNDERSTOOD: [string, [command: string, args: Record<string, unknown>][]][] = [
  ["set a key for the left hand at frame 24", [["set_keyframe", { object: "hand_MainPoint_l", frame: 24 }]]],
  ["set the frame range 0 to 120", [["set_frame_range", { start: 0, end: 120 }]]],
  ["export the animation as fbx", [["export_file", { format: "fbx" }]]],
  ["export the joints as fbx", [["export_file", { format: "fbx", what: "joints" }]]],
  ["move the right hand to 10 120 5 at frame 12", [["set_keyframe", {
    object: "hand_MainPoint_r",
    position: [10, 120, 5],
    frame: 12,
  }]]],
  ["at frame 30 move the left hand to 0, 90, 0", [["set_keyframe", {
    object: "hand_MainPoint_l",
    frame: 30,
    position: [0, 90, 0],
  }]]],
  ["set the interpolation of the left hand to linear", [["set_interpolation", {
    objects: ["hand_MainPoint_l"],
    interpolation: "linear",
  }]]],
  ["go to frame 24", [["set_current_frame", { frame: 24 }]]],
  ["select the left hand", [["select_objects", { objects: ["hand_MainPoint_l"] }]]],
  ["rename Ball to Prop", [["rename_object", { object: "Ball", name: "Prop" }]]],
  ["enter rig mode", [["set_rig_mode", { on: true }]]],
  ["take a picture of the viewport", [["capture_viewport", {}]]],
  ["save the scene as dance", [["save_scene_as", { name: "dance" }]]],
  ["undo the last 3 changes", [["undo", { steps: 3 }]]],
  ["set the frame range 0 to 48, set a key for the left hand at frame 24 and export the animation as fbx", [
    ["set_frame_range", { start: 0, end: 48 }],
    ["set_keyframe", { object: "hand_MainPoint_l", frame: 24 }],
    ["export_file", { format: "fbx" }],
  ]],
];

for (const [instruction, expected] of UNDERSTOOD) {
  Deno.test(`Cascadeur: '${instruction}'`, async () => {
    const { plan: made } = await plan(instruction);
    assert.deepEqual(made.steps.map(({ command, args }) => [command, args]), expected);
    const checked = validatePlan(made, { manifests: new Map([["cascadeur", manifest]]), bridges: [presence] });
    assert.ok(checked.ok, JSON.stringify(checked));
  });
}

Deno.test("the planner can read every phrase of Cascadeur's manifest", () => {
  assert.deepEqual(unreadablePhrases([manifest]), []);
});
