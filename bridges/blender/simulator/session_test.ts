import assert from "node:assert/strict";
import { join } from "node:path";
import { decode } from "fast-png";
import { PatchbayError } from "@patchbay/contracts";
import type { JsonObject } from "@patchbay/contracts";
import { blender, type BlenderCommands } from "../manifest.ts";
import type { LocalFile } from "./command_context.ts";
import { SimulatedSession } from "./session.ts";

/** A session with a folder of its own; `run` parses arguments as the bridge does. */
async function startSession() {
  const workDir = await Deno.makeTempDir({ prefix: "patchbay-simulator-" });
  const session = new SimulatedSession();
  const events: [string, unknown][] = [];
  const progress: number[] = [];
  return {
    session,
    events,
    progress,
    workDir,
    async run(
      command: keyof BlenderCommands,
      args: JsonObject = {},
      signal = new AbortController().signal,
      // deno-lint-ignore no-explicit-any -- results are asserted value by value
    ): Promise<any> {
      const call = { command, args, workDir, allowCode: false, signal };
      return await session.execute({
        ...call,
        progress: ({ fraction }) => progress.push(fraction),
        event: (name, data) => events.push([name, data]),
      });
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(workDir, { recursive: true });
    },
  };
}

async function picture({ $file }: LocalFile) {
  const { width, height, data } = decode(await Deno.readFile($file.path));
  return { width, height, at: (x: number, y: number) => [...data.slice((y * width + x) * 4, (y * width + x) * 4 + 3)] };
}

const code = (expected: string) => (error: unknown) => error instanceof PatchbayError && error.code === expected;

Deno.test("the picture of a red cube under a sun, through a camera that found its own place, is red in the middle", async () => {
  await using blender = await startSession();
  const cube = await blender.run("create_object", { type: "cube", name: "Hero", color: "red", location: [1, 2, 0.5] });
  assert.equal(cube.name, "Hero");
  assert.deepEqual(cube.dimensions, [2, 2, 2]);
  const sun = await blender.run("create_light", { type: "sun", above: "Hero" });
  assert.ok(sun.location[2] > 1.5);
  const camera = await blender.run("create_camera", { target: "Hero" });
  assert.equal(camera.camera.active, true);
  const rendered = await blender.run("render_image", { width: 320, height: 180 });
  const { width, height, at } = await picture(rendered.image);
  assert.deepEqual([width, height], [320, 180]);
  const [r = 0, g = 0, b = 0] = at(160, 90);
  assert.ok(r > 100 && g < 60 && b < 60, `the middle is ${r} ${g} ${b}`);
  assert.notDeepEqual(at(2, 2), [r, g, b]);
  assert.equal(blender.events.at(-1)?.[0], "render_finished");
});

Deno.test("a command that fails changes nothing", async () => {
  await using blender = await startSession();
  await blender.run("create_object", { type: "cube", name: "Hero" });
  const before = blender.session.snapshot();
  const bad: [keyof BlenderCommands, JsonObject, string][] = [
    ["transform_object", { object: "Nobody", location: [0, 0, 0] }, "NOT_FOUND"],
    ["transform_object", { object: "Hero", location: [0, 0, NaN] }, "INVALID_ARGUMENTS"],
    ["transform_object", { object: "Hero", location: "up" }, "INVALID_ARGUMENTS"],
    ["transform_object", { object: "Hero", colour: "red" }, "INVALID_ARGUMENTS"],
    ["create_object", { type: "cube", collection: "Nowhere" }, "NOT_FOUND"],
    ["update_light", { object: "Hero", energy: 5 }, "INVALID_ARGUMENTS"],
    ["look_at", { object: "Hero" }, "INVALID_ARGUMENTS"],
    ["parent_object", { object: "Hero", parent: "Hero" }, "COMMAND_FAILED"],
    ["render_image", { format: "jpeg" }, "COMMAND_FAILED"],
    ["apply_scene", { objects: [{ name: "New", type: "cube" }, { name: "Missing" }] }, "NOT_FOUND"],
    [
      "set_keyframes",
      { tracks: [{ object: "Hero", property: "energy", keyframes: [{ frame: 1, value: 1 }] }] },
      "INVALID_ARGUMENTS",
    ],
    ["execute_python", { code: "1" }, "CODE_DISABLED"],
  ];
  for (const [command, args, expected] of bad) {
    await assert.rejects(blender.run(command, args), code(expected), command);
    assert.deepEqual(blender.session.snapshot(), before, command);
  }
});

Deno.test("an unknown object is answered with the objects that exist", async () => {
  await using blender = await startSession();
  await blender.run("create_object", { type: "cube", name: "Hero" });
  await assert.rejects(blender.run("get_object", { object: "Villain" }), (error: unknown) => {
    assert.ok(error instanceof PatchbayError);
    assert.deepEqual(error.context["available"], ["Hero"]);
    return true;
  });
});

Deno.test("undo takes back one command a step, and redo does it again", async () => {
  await using blender = await startSession();
  await blender.run("create_object", { type: "cube" });
  const one = blender.session.snapshot().objects;
  await blender.run("create_object", { type: "sphere" });
  await blender.run("transform_object", { object: "Cube", location: [1, 1, 1] });
  const three = blender.session.snapshot().objects;
  assert.deepEqual(await blender.run("undo", { steps: 2 }), { steps: 2 });
  assert.deepEqual(blender.session.snapshot().objects, one);
  await blender.run("redo", { steps: 2 });
  assert.deepEqual(blender.session.snapshot().objects, three);
  await assert.rejects(blender.run("redo"), code("COMMAND_FAILED"));
});

Deno.test("a taken name gets a number, as in Blender", async () => {
  await using blender = await startSession();
  const names = [];
  for (let i = 0; i < 3; i++) names.push((await blender.run("create_object", { type: "cube" })).name);
  assert.deepEqual(names, ["Cube", "Cube.001", "Cube.002"]);
});

Deno.test("keyframes move an object as the current frame moves", async () => {
  await using blender = await startSession();
  await blender.run("create_object", { type: "cube" });
  await blender.run("animate_object", { object: "Cube", to: [10, 0, 0], start: 1, end: 11, interpolation: "linear" });
  await blender.run("set_timeline", { current: 6 });
  assert.deepEqual(blender.session.snapshot().objects["Cube"]?.location, [5, 0, 0]);
  assert.deepEqual(blender.events, [["frame_changed", { frame: 6 }]]);
  assert.deepEqual((await blender.run("get_object", { object: "Cube" })).keyframes, [1, 11]);
  await blender.run("clear_animation", { object: "Cube" });
  await blender.run("set_timeline", { current: 1 });
  assert.deepEqual(blender.session.snapshot().objects["Cube"]?.location, [5, 0, 0]);
});

Deno.test("a scene without a camera gets one that sees everything, in the render's own undo step", async () => {
  await using blender = await startSession();
  for (const x of [-8, 8]) await blender.run("create_object", { type: "cube", color: "red", location: [x, 0, 0] });
  const before = blender.session.snapshot();
  const first = await blender.run("render_image", { width: 160, height: 90 });
  assert.deepEqual([first.camera, first.camera_added], ["Camera", true]);
  const { at } = await picture(first.image);
  const red = Array.from({ length: 160 * 90 }, (_, i) => [i % 160, Math.floor(i / 160)] as const)
    .filter(([x, y]) => at(x, y)[0]! > 2 * at(x, y)[1]!).map(([x]) => x);
  assert.ok(Math.min(...red) > 0 && Math.min(...red) < 70 && Math.max(...red) > 90 && Math.max(...red) < 159);
  const again = await blender.run("render_image", { width: 16 });
  assert.deepEqual([again.camera, again.camera_added, again.height], ["Camera", false, 9]);
  await blender.run("undo");
  assert.deepEqual(blender.session.snapshot(), before);
  await assert.rejects(blender.run("render_animation", {}, AbortSignal.abort()), code("CANCELLED"));
  assert.deepEqual(blender.session.snapshot(), before);
  await blender.run("create_camera", { active: false });
  assert.equal((await blender.run("render_image", { width: 16 })).camera_added, false);
  await blender.run("create_camera", { active: false });
  await assert.rejects(blender.run("render_image"), code("COMMAND_FAILED"));
});

Deno.test("things stand next to each other, box to box, as the add-on puts them", async () => {
  await using blender = await startSession();
  await blender.run("create_object", { type: "cube", name: "Hero", location: [1, 2, 2.5] });
  const where: [JsonObject, number[]][] = [
    [{ side: "on" }, [1, 2, 4]],
    [{ side: "above" }, [1, 2, 4.5]],
    [{ side: "below", gap: 1 }, [1, 2, 0]],
    [{ side: "left" }, [-1, 2, 2]],
    [{ gap: 0 }, [2.5, 2, 2]],
    [{ side: "front" }, [1, 0, 2]],
    [{ side: "behind", gap: 2 }, [1, 5.5, 2]],
    [{ side: "inside" }, [1, 2, 2.5]],
  ];
  for (const [place, location] of where) {
    const made = await blender.run("create_object", { type: "cube", size: 1, near: "Hero", ...place });
    assert.deepEqual(made.location, location);
    await blender.run("transform_object", { object: made.name, location: [9, 9, 9] });
    const moved = await blender.run("transform_object", { object: made.name, near: "Hero", ...place });
    assert.deepEqual(moved.location, location);
  }
  await assert.rejects(blender.run("transform_object", { object: "Hero", near: "Hero" }), code("INVALID_ARGUMENTS"));
});

Deno.test("a new object has the finish that was asked for", async () => {
  await using blender = await startSession();
  await blender.run("create_object", { type: "sphere", name: "Ball", color: "red", finish: "glowing" });
  const { material_details: [material] } = await blender.run("get_object", { object: "Ball" });
  assert.deepEqual([material.emission_strength, material.emission_color], [2, [1, 0, 0]]);
});

Deno.test("pictures are as large as the scene says, and as a render says for once", async () => {
  await using blender = await startSession();
  assert.deepEqual(await blender.run("set_render", { width: 64, height: 32 }), {
    engine: "eevee",
    width: 64,
    height: 32,
    samples: 32,
  });
  const own = await blender.run("render_image");
  assert.deepEqual([own.width, own.height], [64, 32]);
  const once = await blender.run("render_image", { width: 32, height: 32, engine: "cycles" });
  assert.deepEqual([once.width, once.height, once.engine], [32, 32, "cycles"]);
  assert.deepEqual(blender.session.snapshot().render, { engine: "eevee", width: 64, height: 32, samples: 32 });
});

Deno.test("an animation is rendered frame by frame, and stops between frames when it is cancelled", async () => {
  await using blender = await startSession();
  await blender.run("create_object", { type: "cube" });
  await blender.run("create_camera");
  const size = { width: 16, height: 16, start: 1, end: 4 };
  const done = await blender.run("render_animation", size);
  assert.deepEqual(done.frames.map(({ frame }: { frame: number }) => frame), [1, 2, 3, 4]);
  assert.deepEqual(blender.progress, [0.25, 0.5, 0.75, 1]);
  await assert.rejects(blender.run("render_animation", size, AbortSignal.abort()), code("CANCELLED"));
});

Deno.test("parenting moves nothing, and the child follows from then on", async () => {
  await using blender = await startSession();
  await blender.run("create_object", { type: "empty", name: "Rig", location: [0, 0, 5], rotation: [0, 0, 90] });
  await blender.run("create_object", { type: "cube", name: "Hero", location: [3, 0, 0] });
  const before = (await blender.run("get_object", { object: "Hero" })).bounds;
  await blender.run("parent_object", { object: "Hero", parent: "Rig" });
  const close = (a: { min: number[] }, b: { min: number[] }, by: number[]) =>
    a.min.forEach((value, i) => assert.ok(Math.abs(value + by[i]! - b.min[i]!) < 1e-6, `${a.min} ${b.min}`));
  close(before, (await blender.run("get_object", { object: "Hero" })).bounds, [0, 0, 0]);
  await blender.run("transform_object", { object: "Rig", offset: [1, 0, 0] });
  close(before, (await blender.run("get_object", { object: "Hero" })).bounds, [1, 0, 0]);
  await blender.run("delete_object", { object: "Rig" });
  close(before, (await blender.run("get_object", { object: "Hero" })).bounds, [1, 0, 0]);
});

for (const format of ["gltf", "glb", "obj", "stl"]) {
  Deno.test(`what is exported as ${format} can be imported again, of the same size and in the same place`, async () => {
    await using blender = await startSession();
    await blender.run("create_object", {
      type: "cylinder",
      name: "Can",
      color: "#3366ff",
      location: [1, 2, 3],
      scale: [1, 2, 3],
    });
    const { bounds, material_details } = await blender.run("get_object", { object: "Can" });
    const { file } = await blender.run("export_file", { format });
    const { objects } = await blender.run("import_file", { file });
    assert.equal(objects.length, 1);
    const again = await blender.run("get_object", { object: objects[0] });
    for (const side of ["min", "max"] as const) {
      bounds[side].forEach((value: number, i: number) => assert.ok(Math.abs(value - again.bounds[side][i]) < 1e-5));
    }
    if (format.startsWith("gl")) assert.deepEqual(again.material_details[0].color, material_details[0].color);
  });

  Deno.test(`a file that is no ${format} is refused, and nothing is imported`, async () => {
    await using blender = await startSession();
    const path = join(blender.workDir, "broken");
    await Deno.writeTextFile(path, "not what it says\nf 1 2 3\n");
    const file = { $file: { path, name: `broken.${format}`, mediaType: "model/x" } };
    await assert.rejects(blender.run("import_file", { file }), code("COMMAND_FAILED"));
    assert.deepEqual(blender.session.snapshot().objects, {});
  });
}

Deno.test("a saved file can be opened again, and unsaved changes are not lost by accident", async () => {
  await using blender = await startSession();
  await blender.run("create_object", { type: "monkey", color: "gold" });
  const saved = await blender.run("save_file", { name: "shot" });
  assert.equal(saved.name, "shot.blend");
  await blender.run("create_object", { type: "cube" });
  await assert.rejects(blender.run("new_file"), code("CONFLICT"));
  await blender.run("new_file", { discard: true });
  assert.deepEqual(blender.session.snapshot().objects, {});
  await assert.rejects(blender.run("open_file", { name: "other" }), (error: unknown) => {
    assert.ok(error instanceof PatchbayError);
    assert.deepEqual(error.context["available"], ["shot.blend"]);
    return true;
  });
  await blender.run("open_file", { name: "shot" });
  assert.deepEqual(Object.keys(blender.session.snapshot().objects), ["Suzanne"]);
  await assert.rejects(blender.run("undo"), code("COMMAND_FAILED"));
});

Deno.test("a declarative update makes, changes, aims and removes in one undo step", async () => {
  await using blender = await startSession();
  await blender.run("create_object", { type: "cube", name: "Old" });
  await blender.run("create_object", { type: "cube", name: "Keep" });
  const before = blender.session.snapshot().objects;
  const update = {
    objects: [
      { name: "Keep", location: [0, 0, 4], color: "blue" },
      { name: "Lamp", type: "spot_light", energy: 50, location: [0, 0, 9], look_at: "Keep" },
      { name: "Eye", type: "camera", location: [9, 0, 4], look_at: "Keep" },
      { name: "Hat", type: "cone", parent: "Keep", location: [0, 0, 1] },
    ],
    remove: ["Old", "Never there"],
    active_camera: "Eye",
  };
  const done = await blender.run("apply_scene", update);
  assert.deepEqual([done.created, done.updated, done.removed], [["Lamp", "Eye", "Hat"], ["Keep"], ["Old"]]);
  assert.equal(blender.session.snapshot().active_camera, "Eye");
  assert.deepEqual((await blender.run("apply_scene", update)).created, []);
  await blender.run("undo", { steps: 2 });
  assert.deepEqual(blender.session.snapshot().objects, before);
});

Deno.test("every result of the simulator fits the manifest, files aside", async () => {
  await using session = await startSession();
  await session.run("create_object", { type: "cube", name: "Hero", color: "red" });
  await session.run("create_light", { type: "spot", target: "Hero", location: [0, 0, 5] });
  await session.run("create_camera", { target: "Hero" });
  const calls: [keyof BlenderCommands, JsonObject][] = [
    ["get_scene", {}],
    ["get_object", { object: "Hero" }],
    ["get_object", { object: "Spot" }],
    ["get_object", { object: "Camera" }],
    ["update_object", { object: "Hero", smooth: true }],
    ["set_material", { object: "Hero", metallic: 1, emission_strength: 2 }],
    ["update_light", { object: "Spot", factor: 2 }],
    ["set_world", { color: "navy", strength: 0.5 }],
    ["set_active_camera", { camera: "Camera" }],
    ["look_at", { object: "Camera", target: "Hero" }],
    ["add_modifier", { object: "Hero", type: "bevel" }],
    ["remove_modifier", { object: "Hero", modifier: "bevel" }],
    ["insert_keyframe", { object: "Hero" }],
    ["create_collection", { name: "Props" }],
    ["move_to_collection", { object: "Hero", collection: "Props" }],
    ["duplicate_object", { object: "Hero", count: 3, offset: [3, 0, 0] }],
    ["list_assets", {}],
    ["delete_object", { object: "Hero" }],
    ["undo", {}],
    ["redo", {}],
    ["set_timeline", { fps: 30, start: 1, end: 48 }],
    ["new_file", { template: "default", discard: true }],
  ];
  for (const [command, args] of calls) {
    const checked = blender.commands[command].result.safeParse(await session.run(command, args));
    assert.ok(checked.success, `${command}: ${checked.error?.message}`);
  }
  assert.ok(blender.state.safeParse(session.session.snapshot()).success);
});

Deno.test("a group is one step, or is taken back whole", async () => {
  await using blender = await startSession();
  await blender.run("create_object", { type: "cube", name: "Hero" });
  const before = blender.session.snapshot();
  blender.session.beginGroup("Build");
  assert.throws(() => blender.session.beginGroup("Inner"), code("CONFLICT"));
  for (const name of ["A", "B", "C"]) await blender.run("create_object", { type: "cube", name });
  await assert.rejects(blender.run("delete_object", { object: "Nobody" }), code("NOT_FOUND"));
  const built = blender.session.snapshot();
  assert.equal(blender.session.endGroup("keep"), false);
  assert.throws(() => blender.session.endGroup("keep"), code("CONFLICT"));
  await blender.run("undo");
  assert.deepEqual(blender.session.snapshot(), before);
  await blender.run("redo");
  assert.deepEqual(blender.session.snapshot(), built);
  blender.session.beginGroup("Clear");
  for (const object of ["A", "B", "C", "Hero"]) await blender.run("delete_object", { object });
  assert.equal(blender.session.endGroup("undo"), true);
  assert.deepEqual(blender.session.snapshot(), built);
  await blender.run("undo");
  assert.deepEqual(blender.session.snapshot(), before);
});

Deno.test("a group that somebody else had a hand in is not said to be taken back", async () => {
  await using blender = await startSession();
  blender.session.beginGroup("Together");
  await blender.run("create_object", { type: "cube", name: "A" });
  blender.session.edit((document) => document.timeline.fps = 30);
  assert.equal(blender.session.endGroup("undo"), false);
  blender.session.beginGroup("Another file");
  await blender.run("create_object", { type: "cube", name: "A" });
  await blender.run("new_file", { discard: true });
  assert.equal(blender.session.endGroup("undo"), false);
  blender.session.beginGroup("Back and forth");
  await blender.run("create_object", { type: "cube", name: "A" });
  await blender.run("undo");
  assert.equal(blender.session.endGroup("undo"), false);
  assert.deepEqual(blender.session.snapshot().objects, {});
});

Deno.test("a link that breaks leaves what its group did as one step", async () => {
  await using blender = await startSession();
  blender.session.leaveGroup();
  blender.session.beginGroup("Half");
  for (const name of ["A", "B"]) await blender.run("create_object", { type: "cube", name });
  blender.session.leaveGroup();
  assert.equal(Object.keys(blender.session.snapshot().objects).length, 2);
  await blender.run("undo");
  assert.deepEqual(blender.session.snapshot().objects, {});
});

Deno.test("the values of a link in a row are one step, and end where something else is done", async () => {
  await using blender = await startSession();
  await blender.run("create_object", { type: "cube", name: "A" });
  const height = () => blender.session.snapshot().objects["A"]?.location[2];
  const moveTo = (z: number) =>
    blender.session.execute({
      command: "transform_object",
      args: { object: "A", location: [0, 0, z] },
      workDir: "/nowhere",
      allowCode: false,
      live: true,
      signal: new AbortController().signal,
      progress: () => {},
      event: () => {},
    });
  for (const z of [1, 2, 3]) await moveTo(z);
  await blender.run("create_object", { type: "cube", name: "B" });
  for (const z of [4, 5]) await moveTo(z);
  await blender.run("undo");
  assert.equal(height(), 3);
  await blender.run("undo");
  assert.deepEqual(Object.keys(blender.session.snapshot().objects), ["A"]);
  assert.equal(height(), 3);
  await blender.run("undo");
  assert.equal(height(), 0);
});
