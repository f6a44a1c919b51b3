import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import type { JsonObject } from "@patchbay/contracts";
import { blender, type BlenderCommands } from "../manifest.ts";
import { code, startSession } from "../testing/simulated_session.ts";

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
