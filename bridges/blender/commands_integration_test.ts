/** Every command, asked of the simulator and of a real Blender; and taken back where its manifest says that it can be. */
import assert from "node:assert/strict";
import type { AssetRef, JsonObject } from "@patchbay/contracts";
import { encode } from "fast-png";
import type { BlenderCommands } from "./manifest.ts";
import { startBlenderStudio } from "./testing/blender_studio.ts";
import { COUNTERPARTS } from "./testing/counterparts.ts";

type Studio = Awaited<ReturnType<typeof startBlenderStudio>>;
type Name = keyof BlenderCommands;

/** The scene with all that is known of each object. Where it was saved is no part of a step. */
async function everything({ call, scene }: Studio) {
  const { file: _file, ...rest } = await scene();
  const details = Object.keys(rest.objects).map((object) => call("get_object", { object }));
  return { ...rest, details: await Promise.all(details) };
}

/** The colour of what is behind all objects: nothing answers what the world is. */
async function background({ call, pixels }: Studio) {
  const { image } = await call("render_image", { width: 16, height: 16, samples: 1, engine: "cycles" });
  return (await pixels(image)).at(0, 0);
}

/** Executes a command, takes it back, sees that all is as it was, and does it again. */
async function undone(studio: Studio, command: Name, args: JsonObject, look: (studio: Studio) => unknown = everything) {
  const before = await look(studio);
  const result = await studio.call(command, args);
  const call = (name: string, args: JsonObject) => studio.call(name as Name, args);
  await studio.tried.takeBack(command, { args, result, before, look: () => look(studio), call });
  return await studio.call(command, args);
}

const tracks = [{ object: "Lamp", property: "energy", keyframes: [{ frame: 1, value: 1 }, { frame: 9, value: 9 }] }];
const wanted = [{ name: "Ground", type: "plane", size: 9 }, { name: "Star", visible: false, color: "gold" }];

/** Each in the scene that those before it have made. */
const CHANGES: [Name, JsonObject][] = [
  ["create_object", { type: "cube", name: "Hero", color: [0, 0, 1] }],
  ["create_object", { type: "empty", name: "Rig", location: [0, 0, 1] }],
  ["transform_object", { object: "Hero", location: [1, 2, 3], rotation: [0, 0, 30] }],
  ["set_material", { object: "Hero", color: "#00ff00", metallic: 1, roughness: 0.25 }],
  ["update_object", { object: "Hero", name: "Star", smooth: true }],
  ["parent_object", { object: "Star", parent: "Rig" }],
  ["duplicate_object", { object: "Star", name: "Twin", offset: [3, 0, 0] }],
  ["create_collection", { name: "Props" }],
  ["move_to_collection", { object: "Star", collection: "Props" }],
  ["create_light", { type: "spot", name: "Lamp", location: [0, 0, 5], target: "Star", energy: 50 }],
  ["update_light", { object: "Lamp", factor: 2, color: "orange" }],
  ["create_camera", { name: "Wide", target: "Star", focal_length: 28 }],
  ["create_camera", { name: "Spare", location: [0, -9, 0], active: false }],
  ["set_active_camera", { camera: "Spare" }],
  ["look_at", { object: "Spare", target: "Star" }],
  ["add_modifier", { object: "Star", type: "bevel" }],
  ["remove_modifier", { object: "Star", modifier: "bevel" }],
  ["set_timeline", { fps: 30, start: 1, end: 40 }],
  ["set_render", { width: 32, height: 16 }],
  ["insert_keyframe", { object: "Star", frame: 1 }],
  ["animate_object", { object: "Star", to: [9, 0, 0], start: 1, end: 11, interpolation: "linear" }],
  ["set_keyframes", { tracks }],
  ["clear_animation", { object: "Lamp" }],
  ["apply_scene", { objects: wanted, remove: ["Twin"] }],
  ["delete_object", { object: "Rig" }],
];

for (const { title, ignore, adapter } of COUNTERPARTS) {
  Deno.test({
    name: `${title}: every command does something, and is taken back where its manifest says that it can be`,
    ignore,
    async fn(test) {
      await using studio = await startBlenderStudio({ adapter });
      const { call, store, pixels, tried } = studio;
      for (const [command, args] of CHANGES) {
        await test.step(`${command} ${args["name"] ?? ""}`, async () => void await undone(studio, command, args));
      }
      await test.step(
        "set_world",
        async () => void await undone(studio, "set_world", { color: "red", strength: 2 }, background),
      );
      await test.step("undo and redo, two steps at once", async () => {
        await undone(studio, "undo", { steps: 2 });
        await undone(studio, "redo", { steps: 2 });
      });
      await test.step("files", async () => {
        const { file } = await call("export_file", { format: "glb", object: "Ground" });
        const { objects } = await undone(studio, "import_file", { file }) as { objects: string[] };
        assert.equal(objects.length, 1);
        const data = new Uint8Array(4 * 4 * 4).fill(200);
        const wood = await store("wood.png", "image/png", encode({ width: 4, height: 4, data, channels: 4, depth: 8 }));
        await undone(studio, "set_material", { object: "Star", texture: wood });
        const saved = await call("save_file", { name: "shot" });
        assert.equal(saved.dirty, false);
        assert.deepEqual(await call("new_file"), { name: null, dirty: false });
        assert.equal((await call("open_file", { file: saved.file })).name, "shot.blend");
      });
      await test.step("what is read and seen", async () => {
        assert.ok((await call("list_assets")).materials.length > 0);
        const size = async (image: AssetRef) => (await pixels(image)).width;
        assert.equal(await size((await call("capture_viewport", { width: 64, height: 36 })).image), 64);
        const { frames } = await call("render_animation", { width: 16, samples: 1, start: 1, end: 2 });
        assert.deepEqual(frames.map(({ frame }) => frame), [1, 2]);
        // one of the two lines that the simulator knows
        assert.equal((await call("execute_python", { code: "import time; time.sleep(0)" })).output, "");
      });
      await test.step("clear_scene", async () => void await undone(studio, "clear_scene", {}));
      tried.assertAll();
    },
  });
}
