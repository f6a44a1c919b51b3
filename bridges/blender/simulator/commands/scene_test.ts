import assert from "node:assert/strict";
import { startSession } from "../../testing/simulated_session.ts";

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
