import assert from "node:assert/strict";
import { code, startSession } from "../testing/simulated_session.ts";

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
