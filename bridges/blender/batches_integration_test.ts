/** Many commands as one, asked of the simulator and of a real Blender: one undo step, or nothing at all. */
import assert from "node:assert/strict";
import { Batch, BatchResult, envelope, PatchbayError, subjects } from "@patchbay/contracts";
import { type Bus, request } from "@patchbay/bus";
import type { z } from "zod";
import { BRIDGE, startBlenderStudio } from "./testing/blender_studio.ts";
import { COUNTERPARTS } from "./testing/counterparts.ts";

const cube = (name: string) => ({ command: "create_object", args: { type: "cube", name } });

async function run(bus: Bus, batch: z.input<typeof Batch>): Promise<BatchResult> {
  const target = `blender.${BRIDGE}`;
  const message = envelope({ type: "command", source: "test", target, payload: Batch.parse(batch) });
  const options = { payload: BatchResult, absent: "BRIDGE_OFFLINE", timeoutMs: 120_000 } as const;
  return (await request(bus, subjects.batch("blender", BRIDGE), message, options)).payload;
}

const statuses = ({ items }: BatchResult) => items.map(({ status }) => status);

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

  test("ten objects of one batch are one undo step", async ({ bus, call, scene }) => {
    await call("create_object", { type: "cube", name: "Before" });
    const commands = Array.from({ length: 10 }, (_, i) => cube(`Box ${i}`));
    const made = await run(bus, { commands, label: "Ten boxes" });
    assert.equal(made.ok, true, JSON.stringify(made.items));
    assert.equal(Object.keys((await scene()).objects).length, 11);
    await call("undo");
    assert.deepEqual(Object.keys((await scene()).objects), ["Before"]);
    await call("redo");
    assert.equal(Object.keys((await scene()).objects).length, 11);
  });

  test("where the third of five fails, all is as before, and one undo goes back one step", async ({ bus, call, scene }) => {
    await call("create_object", { type: "cube", name: "First" });
    await call("create_object", { type: "cube", name: "Second" });
    const before = await scene();
    const commands = [
      cube("Third"),
      { command: "transform_object", args: { object: { $ref: "0.result.name" }, location: [1, 2, 3] } },
      { command: "delete_object", args: { object: "Nobody" } },
      cube("Fourth"),
      cube("Fifth"),
    ];
    const result = await run(bus, { commands, onError: "undo" });
    assert.deepEqual(statuses(result), ["undone", "undone", "failed", "skipped", "skipped"]);
    assert.deepEqual([result.ok, result.undone], [false, true]);
    assert.deepEqual(await scene(), before);
    assert.deepEqual(await call("undo"), { steps: 1 });
    assert.deepEqual(Object.keys((await scene()).objects), ["First"]);
    const stopped = await run(bus, { commands });
    assert.deepEqual(statuses(stopped), ["succeeded", "succeeded", "failed", "skipped", "skipped"]);
    await call("undo");
    assert.deepEqual(Object.keys((await scene()).objects), ["First"]);
  });

  test("what cannot be taken back is refused in a batch that shall be whole or not at all", async ({ bus, scene }) => {
    const undoable = [
      { command: "save_file", args: { name: "shot" } },
      { command: "execute_python", args: { code: "1" } },
      { command: "new_file", args: { discard: true } },
      { command: "undo", args: {} },
      { command: "redo", args: {} },
    ];
    const commands = undoable.flatMap((each, i) => [cube(`Box ${i}`), each]);
    await assert.rejects(run(bus, { commands, onError: "undo" }), (error) => {
      assert.ok(error instanceof PatchbayError);
      assert.equal(error.code, "INVALID_ARGUMENTS");
      assert.deepEqual(error.issues.map(({ path }) => path[1]), [1, 3, 5, 7, 9]);
      return true;
    });
    assert.deepEqual((await scene()).objects, {});
  });

  test("a batch may make, render and read in one go", async ({ bus }) => {
    const commands = [
      cube("Hero"),
      { command: "create_camera", args: { target: { $ref: "0.result.name" } } },
      { command: "render_image", args: { width: 16, height: 16, samples: 1 } },
      { command: "get_object", args: { object: { $ref: "1.result.name" } } },
    ];
    const result = await run(bus, { commands });
    assert.deepEqual(statuses(result), ["succeeded", "succeeded", "succeeded", "succeeded"]);
    const rendered = result.items[2]?.result;
    assert.match(JSON.stringify(rendered?.ok && rendered.value), /"mediaType":"image\/png"/);
  });
}
