/** Every command, over the true wire, checked by what can be read back; and each that says it can be undone, undone. */
import assert from "node:assert/strict";
import { type JsonObject, PatchbayError, type ResultOf } from "@patchbay/contracts";
import { decode } from "fast-png";
import { assertInverse, assertReadBack } from "../kit/testing/read_back.ts";
import { cascadeur, type CascadeurCommands } from "./manifest.ts";
import { code, startCascadeurStudio } from "./testing/cascadeur_studio.ts";

type Studio = Awaited<ReturnType<typeof startCascadeurStudio>>;

/** All that commands change, as queries answer it. */
async function everything({ call }: Studio) {
  return {
    scenes: await call("list_scenes"),
    timeline: await call("get_timeline"),
    interval: await call("get_interval"),
    rig: await call("get_rig"),
    objects: await call("list_objects", { limit: 1000 }),
    tracks: await call("list_tracks"),
    keys: await call("get_keyframes"),
    start: await call("get_pose"),
    middle: await call("get_pose", { frame: 5 }),
    selected: (await call("get_scene")).selected,
  };
}

/** Runs a command, takes it back as its manifest says, sees that all is as it was, and does it again. */
async function undone<N extends keyof CascadeurCommands>(
  studio: Studio,
  command: N,
  args: JsonObject,
): Promise<ResultOf<CascadeurCommands[N]>> {
  const before = await everything(studio);
  const result = await studio.call(command, args);
  const call = (name: string, args: JsonObject) => studio.call(name as keyof CascadeurCommands, args);
  await assertReadBack(cascadeur, command, { args, result }, call);
  const done = { args, result, before, look: () => everything(studio), call };
  await studio.tried.takeBack(command, done);
  if (cascadeur.commands[command].inverse !== undefined) {
    await studio.call("redo");
    // one that brought objects along is refused
    await assertInverse(cascadeur, command, done).catch((error) => {
      if (!(error instanceof PatchbayError) || error.code !== "COMMAND_FAILED") throw error;
      return studio.call("undo");
    });
  }
  return await studio.call(command, args);
}

const near = (found: readonly number[] | null, expected: readonly number[]) =>
  expected.forEach((value, i) => assert.ok(Math.abs((found?.[i] ?? NaN) - value) < 1e-3, `${found} for ${expected}`));

Deno.test("every command does what it says, and can be taken back where it says so", async () => {
  await using studio = await startCascadeurStudio();
  const { call, content, store, tried } = studio;
  const first = (await call("get_scene")).active_scene!;

  const pixels = async () => decode(await content((await call("capture_viewport", { width: 320, height: 200 })).image));
  const standing = await pixels();

  // keys
  const key = await undone(studio, "set_keyframe", { object: "left hand", frame: 24, position: [30, 140, 20] });
  assert.deepEqual([key.object, key.track, key.frame, key.keys, key.exact], [
    "hand_MainPoint_l",
    "Hand_L",
    24,
    [0, 24],
    true,
  ]);
  near(key.global_position, [30, 140, 20]);
  const many = [
    { object: "right hand", frame: 10, position: [-30, 100, 0] },
    { object: "right hand", frame: 20, position: [-30, 160, 10], rotation: [0, 90, 0] },
  ];
  const set = await undone(studio, "set_keyframes", { keyframes: many, interpolation: "linear" });
  assert.deepEqual(set.keyframes.map(({ exact }) => exact), [true, true]);
  near((await call("get_pose", { objects: ["right hand"], frame: 15 })).objects[0]!.global_position, [-30, 130, 5]);
  await undone(studio, "set_interpolation", { interpolation: "step", objects: ["right hand"], start: 10, end: 10 });
  near((await call("get_pose", { objects: ["right hand"], frame: 15 })).objects[0]!.global_position, [-30, 100, 0]);
  await undone(studio, "add_keyframes", { frames: [8, 12], tracks: ["Head"] });
  assert.deepEqual((await call("get_keyframes", { tracks: ["Head"] })).tracks[0]!.keys, [0, 8, 12]);
  await undone(studio, "remove_keyframes", { frames: [12], objects: ["head"] });
  await undone(studio, "set_contact", { state: "fulcrum", tracks: ["Hand_L"], start: 0, end: 24 });
  const intervals = (await call("get_keyframes", { tracks: ["Hand_L"] })).tracks[0]!.intervals;
  assert.deepEqual(intervals.map(({ contact }) => contact), ["fulcrum", "fulcrum"]);

  // the timeline
  const range = await undone(studio, "set_frame_range", { start: 0, end: 120 });
  assert.deepEqual([range.start, range.end, range.frames], [0, 120, 121]);
  await undone(studio, "set_play_range", { start: 10, end: 60 });
  await undone(studio, "set_current_frame", { frame: 24 });
  await undone(studio, "select_interval", { start: 3, end: 7, tracks: ["Body"] });
  assert.deepEqual(await call("get_interval"), { tracks: ["Body"], start: 3, end: 7 });
  await undone(studio, "select_interval", { start: 2, end: 4, tracks: [] });
  const all = await undone(studio, "select_interval", { start: 1, end: 9 });
  assert.deepEqual([all.previous, all.tracks.length > 3], [{ tracks: [], start: 2, end: 4 }, true]);

  // objects
  const selected = await undone(studio, "select_objects", { objects: ["left hand", "hand_MainPoint_r"] });
  assert.deepEqual(selected.selected, ["hand_MainPoint_l", "hand_MainPoint_r"]);
  await undone(studio, "select_objects", { objects: ["left hand"], mode: "remove" });
  await undone(studio, "rename_object", { object: "toe_MainPoint_l", name: "zehe ö 左" });
  await undone(studio, "parent_object", { object: "zehe ö 左", parent: "foot_MainPoint_l" });
  assert.equal((await call("get_object", { object: "zehe ö 左" })).parent, "foot_MainPoint_l");
  await undone(studio, "delete_objects", { objects: ["zehe ö 左"] });
  assert.equal((await call("find_objects", { query: "zehe" })).total, 0);
  assert.equal((await call("find_objects", { query: "left hand" })).total, 2);

  // tracks
  await undone(studio, "create_track", { name: "Props", objects: ["calf_MainPoint_l"] });
  await undone(studio, "update_track", { track: "Props", name: "Shin", locked: true, visible: false });
  await assert.rejects(
    call("set_keyframe", { object: "calf_MainPoint_l", frame: 3 }),
    code("COMMAND_FAILED", /locked/),
  );
  await undone(studio, "update_track", { track: "Shin", locked: false });
  await undone(studio, "move_to_track", { objects: ["calf_MainPoint_l"], track: "Leg_L" });
  await undone(studio, "delete_track", { track: "Shin" });

  // the rig
  const joints = await call("list_joints", { frame: 24 });
  near(joints.joints.find(({ name }) => name === "hand_l")!.position, [30, 140, 20]);
  assert.equal((await call("list_controllers", { type: "Point" })).total, joints.total - 1);
  await undone(studio, "set_rig_mode", { on: true });
  assert.ok((await call("generate_rig", { template: "Standard" })).created > 0);
  await call("set_rig_mode", { on: false });
  const posed = await call("auto_pose", { step: "toggle" });
  assert.deepEqual(posed, { action: "AutoPosingTool.AutoPosing", dispatched: true, changed: false });

  // actions and history
  assert.ok((await call("list_actions", { query: "select" })).actions.length > 0);
  assert.equal((await call("call_action", { action: "Application.Select all" })).changed, true);
  await call("select_objects", { objects: [] });
  await undone(studio, "undo", {});
  await undone(studio, "redo", {});
  const python = await call("execute_python", { code: "print('é')\nresult = csc.SystemVariables.git_version()" });
  assert.deepEqual(python, { result: "2026.1-simulated", output: "é\n" });

  // files
  const exported = await call("export_file", { what: "all", name: "walk" });
  assert.equal(exported.file.name, "walk.fbx");
  const moved = await pixels();
  assert.deepEqual([moved.width, moved.height], [320, 200]);
  assert.notDeepEqual(moved.data, standing.data, "the picture shows what was animated");
  const saved = await call("save_scene_as", { name: "tänzer" });
  assert.equal(saved.file.name, "tänzer.casc");
  assert.equal((await call("save_scene")).file.id, saved.file.id);
  const made = await undone(studio, "new_scene", {});
  assert.equal((await call("list_objects")).total, 0);
  const imported = await call("import_file", { file: exported.file });
  assert.ok(imported.total > 20 && imported.objects.includes("hand_l"));
  await undone(studio, "select_scene", { scene: "tänzer" });
  const again = await undone(studio, "open_scene", {
    file: await store("gast.casc", "x/y", await content(saved.file)),
  });
  assert.equal(again.name, "gast.casc");
  assert.deepEqual((await call("open_scene", { name: "tänzer" })).name, "tänzer.casc (2)");
  assert.equal((await call("close_scene", { scene: made.name })).closed, made.name);
  assert.notEqual(first, undefined);
  tried.assertAll();
});

Deno.test("bad input is answered with the problem and what exists instead, and changes nothing", async () => {
  await using studio = await startCascadeurStudio({ allowCode: false });
  const { call } = studio;
  const before = await everything(studio);
  const bad: [keyof CascadeurCommands, JsonObject, string][] = [
    ["get_object", { object: "Villain" }, "NOT_FOUND"],
    ["set_keyframe", { object: "Villain", frame: 3 }, "NOT_FOUND"],
    ["set_keyframe", { object: "left hand", frame: -1 }, "INVALID_ARGUMENTS"],
    ["set_keyframe", { object: "left hand", frame: 3, position: [0, 0] }, "INVALID_ARGUMENTS"],
    ["set_keyframe", { object: "left hand", frame: 3, interpolation: "wobbly" }, "INVALID_ARGUMENTS"],
    ["add_keyframes", { frames: [1], tracks: ["Tail"] }, "NOT_FOUND"],
    ["remove_keyframes", { frames: [0] }, "INVALID_ARGUMENTS"],
    ["set_interpolation", { interpolation: "linear", start: 50, end: 60 }, "COMMAND_FAILED"],
    ["set_contact", { state: "fulcrum", start: 5, end: 9 }, "COMMAND_FAILED"],
    ["set_frame_range", { start: 20, end: 10 }, "INVALID_ARGUMENTS"],
    ["set_current_frame", { frame: 5000 }, "COMMAND_FAILED"],
    ["set_play_range", { end: 5000 }, "COMMAND_FAILED"],
    ["select_interval", { end: 5000 }, "COMMAND_FAILED"],
    ["parent_object", { object: "head", parent: "head" }, "COMMAND_FAILED"],
    ["create_track", { name: "Body" }, "CONFLICT"],
    ["delete_track", { track: "Body" }, "COMMAND_FAILED"],
    ["delete_track", { track: "Default" }, "COMMAND_FAILED"],
    ["select_scene", { scene: "nowhere" }, "NOT_FOUND"],
    ["close_scene", {}, "COMMAND_FAILED"],
    ["open_scene", { name: "nowhere" }, "NOT_FOUND"],
    ["save_scene", {}, "COMMAND_FAILED"],
    ["export_file", { what: "selected" }, "COMMAND_FAILED"],
    ["generate_rig", { template: "Standard" }, "CONFLICT"],
    ["generate_rig", { template: "Cat" }, "NOT_FOUND"],
    ["call_action", { action: "File.Open" }, "COMMAND_FAILED"],
    ["call_action", { action: "Application.Exit" }, "COMMAND_FAILED"],
    ["undo", {}, "COMMAND_FAILED"],
    ["execute_python", { code: "result = 1" }, "CODE_DISABLED"],
  ];
  for (const [command, args, expected] of bad) {
    await assert.rejects(call(command, args), code(expected), `${command} ${JSON.stringify(args)}`);
  }
  assert.deepEqual(await everything(studio), before);
});
