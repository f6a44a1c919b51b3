/** The same commands, asked of the simulator and of a real Blender, through a real nats-server and the kit. */
import assert from "node:assert/strict";
import { encode } from "fast-png";
import { type JsonObject, newId, PatchbayError } from "@patchbay/contracts";
import type { BlenderCommands } from "./manifest.ts";
import { startBlenderStudio } from "./testing/blender_studio.ts";
import { COUNTERPARTS } from "./testing/counterparts.ts";

const code = (...expected: string[]) => (error: unknown) => {
  assert.ok(error instanceof PatchbayError, String(error));
  assert.ok(expected.includes(error.code), `${error.code}: ${error.message}`);
  return true;
};

const near = (found: readonly number[], expected: readonly number[]) =>
  found.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-3, `${found}, expected ${expected}`));

for (const { title, ignore, adapter } of COUNTERPARTS) {
  const test = (name: string, fn: (studio: Awaited<ReturnType<typeof startBlenderStudio>>) => Promise<void>) =>
    Deno.test({
      name: `${title}: ${name}`,
      ignore,
      async fn() {
        await using studio = await startBlenderStudio({ adapter });
        await fn(studio);
      },
    });

  test("a red cube under a sun, seen by a camera, is red in the picture", async ({ call, pixels }) => {
    const cube = await call("create_object", { type: "cube", name: "Hero", color: "red", location: [1, 2, 0.5] });
    assert.equal(cube.name, "Hero");
    near(cube.location, [1, 2, 0.5]);
    near(cube.dimensions, [2, 2, 2]);
    const sun = await call("create_light", { type: "sun", above: "Hero" });
    assert.ok(sun.location[2] > 1.5);
    const camera = await call("create_camera", { target: "Hero" });
    assert.equal(camera.camera.active, true);
    const rendered = await call("render_image", { width: 160, height: 90, samples: 8 });
    assert.equal(rendered.image.mediaType, "image/png");
    assert.equal(rendered.camera, camera.name);
    const { width, height, at } = await pixels(rendered.image);
    assert.deepEqual([width, height], [160, 90]);
    const [r = 0, g = 0, b = 0] = at(80, 45);
    assert.ok(r > 80 && r > 2 * g && r > 2 * b, `the middle is ${r} ${g} ${b}`);
    const [cornerR = 0, cornerG = 0] = at(2, 2);
    assert.ok(Math.abs(cornerR - cornerG) < 40, "the cube does not fill the picture");
  });

  test("every step of a scene's life is answered as the manifest says, and can be taken back", async ({ call, scene }) => {
    const empty = await scene();
    assert.deepEqual(empty.objects, {});
    const done: (keyof BlenderCommands)[] = [];
    const did = async <N extends keyof BlenderCommands>(command: N, args: JsonObject) => {
      done.push(command);
      return await call(command, args);
    };
    await did("create_object", { type: "cube", name: "Hero", color: [0, 0, 1] });
    await did("create_object", { type: "text", name: "Title", text: "Patchbay", location: [0, 0, 3] });
    await did("create_object", { type: "empty", name: "Rig" });
    near((await did("transform_object", { object: "Hero", location: [1, 2, 3], rotation: [0, 0, 30] })).rotation, [
      0,
      0,
      30,
    ]);
    near((await did("transform_object", { object: "Hero", angle: 15, factor: 2 })).rotation, [0, 0, 45]);
    near((await did("transform_object", { object: "Hero", direction: "up", distance: 2 })).location, [1, 2, 5]);
    const { material } = await did("set_material", { object: "Hero", color: "#00ff00", metallic: 1, roughness: 0.2 });
    near(material.color, [0, 1, 0]);
    assert.equal(material.metallic, 1);
    await did("update_object", { object: "Hero", name: "Star", smooth: true });
    await did("parent_object", { object: "Star", parent: "Rig" });
    const copies = await did("duplicate_object", { object: "Star", count: 2, offset: [3, 0, 0] });
    assert.equal(copies.names.length, 2);
    assert.deepEqual((await did("create_collection", { name: "Props" })).objects, []);
    assert.deepEqual((await did("move_to_collection", { object: "Star", collection: "Props" })).collections, ["Props"]);
    await did("create_light", { type: "spot", name: "Lamp", location: [0, 0, 5], target: "Star", energy: 50 });
    assert.equal((await did("update_light", { object: "Lamp", factor: 2, color: "orange" })).light.energy, 100);
    near((await did("set_world", { color: [0.1, 0.2, 0.3], strength: 2 })).color, [0.1, 0.2, 0.3]);
    await did("create_camera", { name: "Wide", target: "Star", focal_length: 28 });
    await did("create_camera", { name: "Spare", location: [0, -9, 0], active: false });
    assert.equal((await did("set_active_camera", { camera: "Spare" })).name, "Spare");
    await did("look_at", { object: "Spare", target: "Star" });
    assert.deepEqual((await did("add_modifier", { object: "Star", type: "bevel" })).modifiers.length, 1);
    assert.deepEqual((await did("remove_modifier", { object: "Star", modifier: "bevel" })).modifiers, []);
    assert.deepEqual((await did("set_timeline", { fps: 30, start: 1, end: 40 })).end, 40);
    await did("insert_keyframe", { object: "Star", frame: 1 });
    await did("animate_object", { object: "Star", to: [9, 0, 0], start: 1, end: 11, interpolation: "linear" });
    const tracks = [{
      object: "Lamp",
      property: "energy",
      keyframes: [{ frame: 1, value: 1 }, { frame: 9, value: 9 }],
    }];
    assert.equal((await did("set_keyframes", { tracks })).keyframes, 2);
    assert.deepEqual((await did("clear_animation", { object: "Lamp" })).objects, ["Lamp"]);
    const wanted = [{ name: "Ground", type: "plane", size: 9 }, { name: "Star", visible: false, color: "gold" }];
    assert.deepEqual((await did("apply_scene", { objects: wanted, remove: ["Title"] })).created, ["Ground"]);
    assert.deepEqual((await did("delete_object", { object: copies.name })).deleted, [copies.name]);
    const details = await call("get_object", { object: "Star" });
    assert.equal(details.parent, "Rig");
    assert.equal(details.visible, false);
    assert.deepEqual(details.keyframes, [1, 11]);
    assert.ok((await call("list_assets", {})).materials.length > 0);
    const full = await scene();
    assert.deepEqual(await call("undo", { steps: done.length }), { steps: done.length });
    assert.deepEqual((await scene()).objects, {});
    assert.deepEqual(await call("redo", { steps: done.length }), { steps: done.length });
    assert.deepEqual(Object.keys((await scene()).objects).sort(), Object.keys(full.objects).sort());
    await assert.rejects(call("redo"), code("COMMAND_FAILED"));
  });

  test("bad input is answered with the problem and what exists instead, and changes nothing", async ({ call, scene }) => {
    await call("create_object", { type: "cube", name: "Hero" });
    const before = await scene();
    const bad: [keyof BlenderCommands, JsonObject, string][] = [
      ["get_object", { object: "Villain" }, "NOT_FOUND"],
      ["transform_object", { object: "Villain", location: [0, 0, 0] }, "NOT_FOUND"],
      ["transform_object", { object: "Hero", location: "up" }, "INVALID_ARGUMENTS"],
      ["transform_object", { object: "Hero", location: [0, 0] }, "INVALID_ARGUMENTS"],
      ["transform_object", { object: "Hero", location: [0, 0, NaN] }, "INVALID_ARGUMENTS"],
      ["transform_object", { object: "Hero", locaton: [0, 0, 0] }, "INVALID_ARGUMENTS"],
      ["create_object", { type: "teapot" }, "INVALID_ARGUMENTS"],
      ["create_object", { type: "cube", collection: "Nowhere" }, "NOT_FOUND"],
      ["set_material", { object: "Hero", color: "reddish" }, "INVALID_ARGUMENTS"],
      ["update_light", { object: "Hero", energy: 5 }, "INVALID_ARGUMENTS"],
      ["set_active_camera", { camera: "Hero" }, "INVALID_ARGUMENTS"],
      ["parent_object", { object: "Hero", parent: "Hero" }, "COMMAND_FAILED"],
      ["remove_modifier", { object: "Hero", modifier: "bevel" }, "NOT_FOUND"],
      ["set_timeline", { start: 10, end: 1 }, "INVALID_ARGUMENTS"],
      ["apply_scene", { objects: [{ name: "New", type: "cube" }, { name: "Missing" }] }, "NOT_FOUND"],
      ["new_file", {}, "CONFLICT"],
      ["open_file", { name: "never saved", discard: true }, "NOT_FOUND"],
    ];
    for (const [command, args, expected] of bad) {
      await assert.rejects(call(command, args), (error) => {
        assert.ok(error instanceof PatchbayError);
        assert.equal(error.code, expected, `${command} ${JSON.stringify(args)}: ${error.message}`);
        if (command === "get_object") assert.deepEqual(error.context["available"], ["Hero"]);
        return true;
      });
      assert.deepEqual(await scene(), before, `${command} ${JSON.stringify(args)}`);
    }
  });

  test("a scene without a camera gets one with its first picture, and loses it with undo", async ({ call, scene }) => {
    await call("create_object", { type: "cube", name: "Hero" });
    const before = await scene();
    const rendered = await call("render_image", { width: 16, height: 16, samples: 1 });
    assert.deepEqual([rendered.camera, rendered.camera_added], ["Camera", true]);
    assert.equal((await scene()).active_camera, "Camera");
    await call("undo");
    assert.deepEqual((await scene()).objects, before.objects);
    assert.equal((await call("set_render", { width: 32, height: 16 })).width, 32);
  });

  test("an application that dies while it works is APP_CRASHED, and the next one is soon there", async ({ call, bridge }) => {
    await assert.rejects(call("execute_python", { code: "import os; os._exit(3)" }), code("APP_CRASHED"));
    await bridge.ready(AbortSignal.timeout(60_000));
    assert.equal((await call("create_object", { type: "cube" })).name, "Cube");
  });

  Deno.test({
    name: `${title}: an application that hangs is answered for at its deadline, found unresponsive, and started again`,
    ignore,
    async fn() {
      await using studio = await startBlenderStudio({ adapter, silenceMs: 1000 });
      const { call, bridge, scene } = studio;
      await call("create_object", { type: "cube" });
      const hanging = call("execute_python", { code: "import time; time.sleep(600)" }, { timeoutMs: 1000 });
      const waiting = call("get_scene");
      await Promise.all([
        assert.rejects(hanging, code("DEADLINE_EXCEEDED")),
        assert.rejects(waiting, (error) => {
          assert.ok(error instanceof PatchbayError);
          assert.match(`${error.code} ${error.message} ${bridge.reason}`, /APP_UNRESPONSIVE|silent/);
          return true;
        }),
      ]);
      await bridge.ready(AbortSignal.timeout(60_000));
      assert.deepEqual((await scene()).objects, {});
    },
  });

  test("an animation is rendered with progress, and cancelled between frames", async ({ call, cancel, progress }) => {
    await call("create_object", { type: "cube" });
    await call("create_camera");
    const size = { width: 16, height: 16, samples: 1, engine: "workbench" };
    const few = await call("render_animation", { ...size, start: 1, end: 3 });
    assert.deepEqual(few.frames.map(({ frame }) => frame), [1, 2, 3]);
    await using reports = await progress();
    const id = newId();
    const many = call("render_animation", { ...size, start: 1, end: 20_000 }, { id });
    const refused = assert.rejects(many, code("CANCELLED"));
    for await (const { message } of reports) {
      if (message.payload.commandId !== id) continue;
      assert.ok(message.payload.fraction! < 1);
      break;
    }
    cancel(id);
    await refused;
    assert.equal((await call("set_timeline", { current: 5 })).current, 5);
  });

  test("files come in and go out as assets", async ({ call, store, scene }) => {
    await call("create_object", { type: "monkey", name: "Head", color: "teal" });
    const { dimensions } = await call("get_object", { object: "Head" });
    for (const format of ["glb", "obj", "stl"]) {
      const { file } = await call("export_file", { format, name: "head" });
      assert.equal(file.name, `head.${format}`);
      const { objects: [name] } = await call("import_file", { file });
      const again = await call("get_object", { object: name });
      assert.ok(Math.abs(Math.max(...again.dimensions) - Math.max(...dimensions)) < 1e-2, format);
      await call("delete_object", { object: name });
    }
    const data = new Uint8Array(4 * 4 * 4).fill(200);
    const wood = await store("wood.png", "image/png", encode({ width: 4, height: 4, data, channels: 4, depth: 8 }));
    const { material } = await call("set_material", { object: "Head", texture: wood });
    assert.equal(material.texture, "wood.png");
    const saved = await call("save_file", { name: "shot" });
    assert.equal(saved.dirty, false);
    await call("new_file");
    assert.deepEqual((await scene()).objects, {});
    await call("open_file", { file: saved.file });
    assert.deepEqual(Object.keys((await scene()).objects), ["Head"]);
    await call("new_file");
    assert.equal((await call("open_file", { name: "shot" })).name, "shot.blend");
  });

  test("what happens is told as events, and pictures of the viewport need no camera", async ({ call, listen, pixels }) => {
    await call("create_object", { type: "sphere", color: "lime" });
    await using frames = await listen("frame_changed");
    await call("set_timeline", { current: 7 });
    await frames.first(({ frame }) => frame === 7);
    const { image } = await call("capture_viewport", { width: 64, height: 36 });
    assert.equal((await pixels(image)).width, 64);
    await using opened = await listen("file_opened");
    await call("new_file", { discard: true });
    assert.deepEqual(await opened.first(), { name: null });
  });
}
