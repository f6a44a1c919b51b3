import assert from "node:assert/strict";
import { decode } from "fast-png";
import { code, startSession } from "../../testing/simulated_session.ts";
import type { LocalFile } from "../command_context.ts";

async function picture({ $file }: LocalFile) {
  const { width, height, data } = decode(await Deno.readFile($file.path));
  return { width, height, at: (x: number, y: number) => [...data.slice((y * width + x) * 4, (y * width + x) * 4 + 3)] };
}

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

Deno.test("pictures are as large as the scene says, and as a render says for once", async () => {
  await using blender = await startSession();
  assert.deepEqual(await blender.run("set_render", { width: 64, height: 32 }), {
    engine: "eevee",
    width: 64,
    height: 32,
    samples: 32,
    previous: { width: 960, height: 540 },
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
