import assert from "node:assert/strict";
import type { JsonObject } from "@patchbay/contracts";
import { code, startSession } from "../../testing/simulated_session.ts";

Deno.test("a taken name gets a number, as in Blender", async () => {
  await using blender = await startSession();
  const names = [];
  for (let i = 0; i < 3; i++) names.push((await blender.run("create_object", { type: "cube" })).name);
  assert.deepEqual(names, ["Cube", "Cube.001", "Cube.002"]);
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
