import assert from "node:assert/strict";
import { join } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { code, startSession } from "../../testing/simulated_session.ts";

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

Deno.test("a scene that nobody has named is saved in the place of no other", async () => {
  await using blender = await startSession();
  assert.equal((await blender.run("save_file", {})).name, "scene.blend");
  // from now on it has that name
  assert.equal((await blender.run("save_file", {})).name, "scene.blend");
  await blender.run("new_file", {});
  assert.equal((await blender.run("save_file", {})).name, "scene-2.blend");
});
