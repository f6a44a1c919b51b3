import assert from "node:assert/strict";
import { startSession } from "../../testing/simulated_session.ts";

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
